using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Tests.Delivery;
using RateLimited.Http.Alerts.Watching;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Alerts.Tests.Watching;

/// <summary>A worker with a limited client whose upstream answers what a test says, alerts, and a clock that the test moves.</summary>
internal sealed class WatchedProgram : IAsyncDisposable
{
    private readonly IHost _host;

    private WatchedProgram(IHost host) => _host = host;

    public ManualTimeProvider Time { get; private init; } = null!;

    public LogCollector Log { get; private init; } = null!;

    public ScriptedSink Sink { get; private init; } = null!;

    public Upstream Upstreams { get; private init; } = null!;

    public IServiceProvider Services => _host.Services;

    public IAlertBook Book => Services.GetRequiredService<IAlertBook>();

    public AlertWatch Watch => Services.GetRequiredService<AlertWatch>();

    public IReadOnlyList<string> Open => [.. Book.Open.Select(static alert => alert.Rule)];

    public static async Task<WatchedProgram> StartAsync(IConfigurationSource? configuration = null, Action<AlertOptions>? alerts = null, Action<IServiceCollection>? services = null, ILoggerProvider? logs = null)
    {
        var (time, log, sink, upstream) = (new ManualTimeProvider(), new LogCollector(), new ScriptedSink("mine"), new Upstream());
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        if (configuration is not null)
        {
            builder.Configuration.Sources.Add(configuration);
        }

        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs ?? log);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IAlertSink>(sink);
        builder.Services.AddRateLimitAlerts(alerts ?? (static _ => { }));
        builder.Services.AddHttpClient("api", static client => client.BaseAddress = new Uri("https://upstream.test/")).AddServiceRateLimiting(static api =>
        {
            // Whatever the upstream answers, the next request goes.
            api.FaultThrottle = false;
            api.Limit("100/h fixed").Limit("5 concurrent").Line(static line => line.Length = 0).ApiKeys(static keys => keys.Add("first", "key-one")).Resilient(static resilience => resilience.Enabled = false);
        })
            .ConfigurePrimaryHttpMessageHandler(() => upstream);
        services?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new WatchedProgram(host) { Time = time, Log = log, Sink = sink, Upstreams = upstream };
    }

    /// <summary>Sends requests, each of which the upstream answers so.</summary>
    public async Task SendAsync(int count, HttpStatusCode status = HttpStatusCode.OK)
    {
        Upstreams.Status = status;
        using var client = Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        for (var i = 0; i < count; i++)
        {
            using var response = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks a model, whose answer says what it used.</summary>
    public async Task AskAsync(int count, string model, int promptTokens)
    {
        Upstreams.Json = $$"""{"model":"{{model}}","usage":{"prompt_tokens":{{promptTokens}},"completion_tokens":0} }""";
        using var client = Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        for (var i = 0; i < count; i++)
        {
            using var question = new StringContent($$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}],"max_tokens":1}""", Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), question, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Time goes by, and the watch looks as often as it does.</summary>
    public void Pass(TimeSpan time) => Time.Advance(time);

    /// <summary>What its own sink was told, as soon as it is so much.</summary>
    public async Task<IReadOnlyList<AlertNotice>> ToldAsync(int count)
    {
        await Eventually.TrueAsync(() => Sink.Delivered.Count >= count);
        Sink.Delivered.Count.ShouldBe(count);
        return Sink.Delivered;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();
        _host.Dispose();
        Upstreams.Dispose();
    }

    /// <summary>An upstream that answers at once.</summary>
    internal sealed class Upstream : HttpMessageHandler
    {
        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public string Json { get; set; } = "{}";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(Status) { RequestMessage = request, Content = new StringContent(Json, Encoding.UTF8, "application/json") });
    }
}
