using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Upstreams;
using RateLimited.Http.Redis;

namespace RateLimited.Http.Arena.Clients;

/// <summary>A client of one strategy at one upstream. Thread-safe.</summary>
internal sealed class ArenaClient : IDisposable
{
    private const string Name = "arena";

    /// <summary>What the prompts of all calls cost, by the upstream's rule of a token for four characters of text.</summary>
    private const int PromptTokens = 12;

    private const int MostTokensOfAnswer = 48;

    private readonly HttpClient _client;
    private readonly IDisposable _owner;
    private readonly ArenaUpstream _upstream;

    private ArenaClient(HttpClient client, IDisposable owner, ArenaUpstream upstream)
    {
        (_client, _owner, _upstream) = (client, owner, upstream);
        _client.Timeout = Timeout.InfiniteTimeSpan;
    }

    public static ArenaClient Create(Strategy strategy, ClientSetup setup)
    {
        if (!strategy.IsOurs)
        {
            // The pipeline ends where the client is disposed of.
            var client = new HttpClient(strategy.Pipeline(setup, new SocketsHttpHandler { UseProxy = false }));
            return new ArenaClient(client, client, setup.Upstream);
        }

        var services = Services(setup);
        return new ArenaClient(services.GetRequiredService<IHttpClientFactory>().CreateClient(Name), services, setup.Upstream);
    }

    /// <summary>Opens a connection and runs cold code, by a call that neither side counts.</summary>
    public async Task ConnectAsync(Uri free)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, free).WithoutRateLimiting();
        using var response = await _client.SendAsync(request);
    }

    /// <summary>A call that this side counts and the upstream does not.</summary>
    public async Task WarmUpAsync(Uri free)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, free);
        using var response = await _client.SendAsync(request);
    }

    /// <summary>One call, its answer read to the end.</summary>
    /// <returns>Whether it succeeded.</returns>
    public async Task<bool> CallAsync(Uri address, Call call, CancellationToken cancellationToken)
    {
        using var request = _upstream switch
        {
            { Keys.Count: > 0 } => ChatPrompt.Request(address, call),
            { IsLanguageModel: true } => Prompt(address, call),
            _ => Get(address, call),
        };
        if (_upstream.Keys is [])
        {
            request.Headers.Add(ArenaHeaders.Key, ArenaHeaders.OurKey);
        }

        request.WithTenant(call.Tenant);
        using var response = await _client.SendAsync(request, cancellationToken);
        return response.StatusCode == HttpStatusCode.OK;
    }

    public void Dispose()
    {
        _client.Dispose();
        _owner.Dispose();
    }

    private static ServiceProvider Services(ClientSetup setup)
    {
        var store = setup.Redis is null ? "" : "\"Store\": \"Redis\", ";
        var json = $$"""{ "RateLimiting": { "Services": { "{{Name}}": { {{store}}{{setup.Upstream.Service.TrimStart()[1..]}} } } }""";
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        if (setup.Redis is { } redis)
        {
            services.AddRateLimitingRedis(options => (options.Configuration, options.Prefix, options.Instances) = (redis.Configuration, redis.Prefix, setup.Processes));
        }

        var client = services.AddHttpClient(Name, client => client.BaseAddress = setup.Address).AddServiceRateLimiting();
        if (setup.Upstream.Keys is not [])
        {
            client.AddTokenCosts();
        }

        return services.BuildServiceProvider();
    }

    private static HttpRequestMessage Get(Uri address, Call call)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address).WithCost("tokens", call.Tokens);
        request.Headers.Add(ArenaHeaders.Tokens, call.Tokens.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    /// <summary>A prompt, and the estimate that its upstream makes of it: that is known, what the answer has is not.</summary>
    private static HttpRequestMessage Prompt(Uri address, Call call)
    {
        var longest = Math.Min(call.Tokens, MostTokensOfAnswer);
        var body = $$"""{"model":"m","max_tokens":{{longest}},"messages":[{"role":"user","content":"{{new string('a', (4 * PromptTokens) - "user".Length)}}"}]}""";
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/v1/chat/completions")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add(ArenaHeaders.Tokens, (PromptTokens + longest).ToString(CultureInfo.InvariantCulture));
        return request.WithCost("tokens", PromptTokens + longest);
    }
}
