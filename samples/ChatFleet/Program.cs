using System.ClientModel;
using System.ClientModel.Primitives;
using ChatFleet;
using ChatFleet.Display;
using ChatFleet.Upstream;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenAI;
using RateLimited.Http.Testing.Limits;

// Four keys, of which two are any good, and nobody knows which.
UpstreamKey[] keys =
[
    new("team-a", "sk-fleet-0000000000000001", UpstreamKeyState.Live),
    new("team-b", "sk-fleet-0000000000000002", UpstreamKeyState.Revoked),
    new("team-c", "sk-fleet-0000000000000003", UpstreamKeyState.OutOfCredit),
    new("team-d", "sk-fleet-0000000000000004", UpstreamKeyState.Live),
];

// The provider, on this machine: twelve requests and 3 000 tokens a second for each key, refilled continuously, and not one more.
await using var upstream = await FleetUpstream.StartAsync(
    [UpstreamLimit.TokenBucket(12, TimeSpan.FromSeconds(1)), UpstreamLimit.TokenBucket(3_000, TimeSpan.FromSeconds(1), unit: "tokens")],
    keys,
    TimeProvider.System);

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });

// The keys' limits and the budget are in appsettings.json, at RateLimiting:Services:openai.
builder.Services.AddHttpClient("openai", static client => client.Timeout = Timeout.InfiniteTimeSpan)
    .AddServiceRateLimiting()
    .AddApiKeys(pool =>
    {
        pool.Origin = upstream.Address.GetLeftPart(UriPartial.Authority);
        foreach (var key in keys)
            pool.Add(key.Name, key.Text);
    })
    .AddTokenCosts();

// The official client over it. It needs a key to be made, which never leaves: the pool's own take its place.
builder.Services.AddSingleton(services => new OpenAIClient(new ApiKeyCredential("placeholder"), new OpenAIClientOptions
{
    Endpoint = upstream.Address,
    Transport = new HttpClientPipelineTransport(services.GetRequiredService<IHttpClientFactory>().CreateClient("openai")),
    RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    NetworkTimeout = TimeSpan.FromMinutes(5),
}));

using var host = builder.Build();
await host.StartAsync();

var fleet = new Fleet(host.Services.GetRequiredService<OpenAIClient>(), TimeProvider.System);
var report = await ProgressDisplay.Create().FollowAsync(fleet);
FleetTable.Write(report, keys, upstream, host.Services);
return 0;
