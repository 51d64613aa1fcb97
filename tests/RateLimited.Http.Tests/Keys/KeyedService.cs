using System.Collections.Concurrent;
using System.Net;
using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Tests.Keys;

/// <summary>The handlers of a service with keys over a stub upstream that sees which key comes, in virtual time.</summary>
internal sealed class KeyedService : IDisposable
{
    public const string Address = "https://api.test/v1/chat";

    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly HttpMessageInvoker _invoker;

    /// <param name="definition">The service without its keys.</param>
    /// <param name="answer">What the upstream answers to a request with a key; by its name.</param>
    /// <param name="keys">The keys.</param>
    public KeyedService(ServiceDefinition definition, Func<string, HttpRequestMessage, HttpResponseMessage> answer, params TestKey[] keys)
    {
        Ring = new PoolRing(definition.Name, _telemetry.For(definition.Name), new Random(4711));
        Service = new LimitedService(definition with { Keys = TestKey.Pool(Ring, keys) });
        Service.Pipeline.Keys = Ring;
        var origin = new Lazy<KeyOrigin?>(static () => KeyOrigin.Of(new Uri(Address)));
        Handler = new RateLimitingHandler(Service.Pipeline)
        {
            ClientsOrigin = origin,
            InnerHandler = new KeyCarryingHandler(Service.Pipeline, origin)
            {
                InnerHandler = new StubHandler((request, _) =>
                {
                    var name = request.Headers.Authorization?.Parameter?[SecretOf(string.Empty).Length..] ?? string.Empty;
                    Sent.Enqueue(name);
                    return Task.FromResult(answer(name, request));
                }),
            },
        };
        _invoker = new HttpMessageInvoker(Handler);
    }

    public LimitedService Service { get; }

    public PoolRing Ring { get; }

    public ManualTimeProvider Time => Service.Time;

    public HttpMessageHandler Handler { get; }

    /// <summary>The names of the keys that came to the upstream, one for each request.</summary>
    public ConcurrentQueue<string> Sent { get; } = new();

    public static ServiceDefinition Usual => new() { Name = "s", Limits = [], ArrivalGuard = TimeSpan.Zero, FaultThrottle = false };

    public static string SecretOf(string name) => $"CANARY-{name}";

    public static HttpResponseMessage Answer(int status, int? retryAfter = null, string? body = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        if (retryAfter is { } seconds)
        {
            response.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
        }

        if (body is not null)
        {
            response.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        return response;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage? request = null) => SendUntilAsync(CancellationToken.None, request);

    public Task<HttpResponseMessage> SendUntilAsync(CancellationToken cancellationToken, HttpRequestMessage? request = null) =>
        _invoker.SendAsync(request ?? new HttpRequestMessage(HttpMethod.Get, Address), cancellationToken);

    public HttpResponseMessage Send(HttpRequestMessage request) => _invoker.Send(request, CancellationToken.None);

    public KeyStatus Status(string key) => Service.Limiter.GetStatus().Keys.Single(each => each.Name == key);

    public void Dispose()
    {
        _invoker.Dispose();
        Service.Dispose();
        _telemetry.Dispose();
    }
}
