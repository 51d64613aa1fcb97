using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Testing.Tests.Exchanges;

/// <summary>
/// A client that knows of its upstream's buckets what answers tell: how much is left as of when a request was counted, and when all is back. OpenAI and Cerebras write in how much time that is; Anthropic a
/// date, cut to its second, which only the answer's own date puts in relation to the present, as of when that was sent.
/// </summary>
[Collection(nameof(Alone))]
public sealed class DiscoveredBucketTests
{
    private const int Quotas = 4;

    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(40);

    private readonly ManualTimeProvider _time = new() { SettleTimeout = TimeSpan.FromSeconds(20) };

    public static MatrixTheoryData<(string Provider, string Tier, int Quota, string Path), int> Upstreams => new(
        [
            ("anthropic", "tier-1", 50, "/v1/messages"), ("anthropic", "start", 1_000, "/v1/messages"),
            ("openai", "", 500, "/v1/chat/completions"), ("cerebras", "", 30, "/v1/chat/completions"),
        ],
        [40, 2_000, 20_000]);

    /// <summary>All at once, so that the bucket is emptied first and then taken as it flows, each answer in up to so many milliseconds.</summary>
    [Theory]
    [MemberData(nameof(Upstreams))]
    public async Task What_answers_tell_suffices_to_take_what_flows_back_and_no_more((string Provider, string Tier, int Quota, string Path) bucket, int milliseconds)
    {
        var work = TimeSpan.FromMilliseconds(milliseconds);
        var upstream = Upstream.Preset(bucket.Provider, bucket.Tier.Length == 0 ? null : bucket.Tier).Latency(Way / 2, Way).Work(work / 2, work).Time(_time).Build();
        using var services = PresetClient.At(_time, upstream, bucket.Provider, tier: "");
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(PresetClient.Name);
        var began = _time.GetTimestamp();

        await _time.RunUntilAsync(Task.WhenAll(Enumerable.Range(0, bucket.Quota * Quotas).Select(_ => CallAsync(client, bucket.Path))));

        upstream.ShouldNeverHaveRefused();
        upstream.ShouldHaveAdmittedAtLeast(bucket.Quota * Quotas);
        _time.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(Quotas - 1) + work + TimeSpan.FromSeconds(2));
    }

    private static async Task CallAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("""{"max_tokens":5,"messages":[]}""") };
        using var response = await client.SendAsync(request);
    }
}
