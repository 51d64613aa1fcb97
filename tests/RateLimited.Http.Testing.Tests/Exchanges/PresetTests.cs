using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Providers;

namespace RateLimited.Http.Testing.Tests.Exchanges;

/// <summary>A client with a preset at the upstream of that preset: whatever figures both have, nobody is refused.</summary>
[Collection(nameof(Alone))]
public sealed class PresetTests
{
    private const long MostCalls = 1_000;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(40);

    private readonly ManualTimeProvider _time = new() { SettleTimeout = TimeSpan.FromSeconds(20) };

    /// <summary>Those whose figures the library has, with an endpoint that they count. Discord's buckets, for one, nobody can know before a response has told of them.</summary>
    public static TheoryData<string, string, string> Tiers => new()
    {
        { "github", "user", "GET /user" }, { "github", "actions", "POST /repos/a/b/issues" }, { "github", "unauthenticated", "GET /search/code" }, { "github-graphql", "", "POST /graphql" },
        { "gitlab", "user", "GET /projects" }, { "gitlab", "unauthenticated", "GET /projects" }, { "hubspot", "starter", "GET /crm" }, { "hubspot", "professional", "POST /crm/v3/objects/contacts/search" },
        { "notion", "", "GET /v1/pages" }, { "reddit", "oauth", "GET /r/all" }, { "reddit", "oauth-600", "GET /r/all" }, { "reddit", "unauthenticated", "GET /r/all" },
        { "replicate", "", "GET /v1/models" }, { "replicate", "", "POST /v1/predictions" }, { "shopify", "standard", "GET /admin/orders" }, { "shopify", "plus", "GET /admin/orders" },
        { "slack", "internal", "POST /api/users.info" }, { "slack", "non-marketplace", "POST /api/conversations.history" }, { "stripe", "live", "GET /v1/charges/a" }, { "stripe", "sandbox", "GET /v1/prices/search" },
        { "tiktok", "", "POST /v2/user/info" }, { "twitch", "token", "GET /helix/users" }, { "twitch", "anonymous", "GET /helix/users" }, { "x", "app", "GET /2/tweets/1" }, { "x", "user", "POST /2/tweets" },
        { "docker-hub", "personal", "GET /v2/a/b/manifests/c" }, { "youtube", "own-quotas", "GET /youtube/v3/search" }, { "youtube", "one-quota", "GET /youtube/v3/search" },
        { "anthropic", "tier-1", "POST /v1/messages" },
    };

    [Theory]
    [MemberData(nameof(Tiers))]
    public async Task Nobody_is_refused_who_has_the_preset_of_his_upstream(string provider, string tier, string endpoint)
    {
        var upstream = Upstream.Preset(provider, tier.Length == 0 ? null : tier).Latency(Latency / 2, Latency).Time(_time).Build();
        using var services = PresetClient.At(_time, upstream, provider, tier);
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(PresetClient.Name);
        var (method, path) = (endpoint.Split(' ')[0], endpoint.Split(' ')[1]);
        var calls = Math.Min(MostCalls, QuotaOf(provider, tier, method, path) * 5 / 2);

        // Two and a half quotas at once, so that the third window is begun.
        await _time.RunUntilAsync(Task.WhenAll(Enumerable.Range(0, (int)calls).Select(_ => CallAsync(client, method, path))));

        upstream.ShouldNeverHaveRefused();
        upstream.ShouldHaveAdmittedAtLeast(calls);
    }

    private static long QuotaOf(string provider, string tier, string method, string path) =>
        KnownProviders.Find(provider).TierOf(tier.Length == 0 ? null : tier).Limits
            .Where(limit => limit.Unit == UnitCost.Requests && limit.KeyFor(new UpstreamCall { Method = method, Path = path }) is not null)
            .Select(limit => limit.Create().Quota).DefaultIfEmpty(100).Min();

    private static async Task CallAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (path is "/v1/messages")
        {
            request.Content = new StringContent("""{"max_tokens":50,"messages":[]}""");
        }

        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
