using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.AI.Tests.Tokens;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.AI.Tests.Simulation;

/// <summary>
/// Four keys at the upstream that counts as OpenAI does, the arena's, through all that a program has: the factory's client, the pool, estimates, the line, and usage read from bodies. In virtual time, which goes on when the
/// thread pool has nothing to do: it runs alone.
/// </summary>
[CollectionDefinition(nameof(FleetUtilisationTests), DisableParallelization = true)]
[Collection(nameof(FleetUtilisationTests))]
public sealed class FleetUtilisationTests(ITestOutputHelper output)
{
    private const int Keys = 4;
    private const int TokensOfKey = 30_000;
    private const int Callers = 100;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(6);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nearly_all_of_four_quotas_is_used_each_as_much_as_the_others_and_nothing_is_refused(int seed)
    {
        var time = new ManualTimeProvider { SettleTimeout = TimeSpan.FromSeconds(20) };
        var upstream = new UpstreamBuilder().Dialect("openai").Tokens(TokensOfKey, Minute)
            .Latency(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50)).Work(TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(2)).Seed(seed).Time(time).Build();
        await using var services = Configured.Container(Configured.Service($$"""
            {
              "Limits": "{{TokensOfKey}} tokens/minute per key token-bucket", "Queue": { "Timeout": "1 h" }, "Resilience": false,
              "Keys": [ {{string.Join(", ", Enumerable.Range(1, Keys).Select(static key => $"\"sk-test-{key}\""))}} ], "AI": {}
            }
            """), services => services.AddSingleton<TimeProvider>(time).AddHttpClient("a", static client => (client.BaseAddress, client.Timeout) = (new Uri("https://api.test/"), Timeout.InfiniteTimeSpan))
                .AddServiceRateLimiting().AddTokenCosts().ConfigurePrimaryHttpMessageHandler(upstream.CreateHandler));
        using var ended = new CancellationTokenSource();
        using var end = time.CreateTimer(
            _ =>
            {
                upstream.CloseBooks();
                ended.Cancel();
            },
            state: null,
            Length,
            Timeout.InfiniteTimeSpan);

        var calls = Enumerable.Range(0, Callers).Select(caller => AskAgainAsync(services, new Random((seed * 1_000) + caller), ended.Token)).ToArray();
        var answered = await time.RunUntilAsync(Task.WhenAll(calls));

        var (books, used) = (upstream.Books, upstream.Books.Limits.Select(static limit => limit.Report.Ok).ToArray());
        var model = services.GetRequiredKeyedService<ITokenCosts>("a").GetSpend().Models[0];
        output.WriteLine(FormattableString.Invariant($"seed {seed}: {books.Admitted} admitted, {books.Refused} refused, {books.Utilisation:P1} of the quotas used, by {string.Join(", ", used)} tokens; estimates off by {model.EstimateError:P1}, margin {model.Margin:0.00}"));
        books.Refused.ShouldBe(0, books.ToString());
        books.Utilisation.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(0.95, books.ToString());
        used.Length.ShouldBe(Keys);
        used.ShouldAllBe(tokens => Math.Abs(tokens - used.Average()) <= 0.05 * used.Average());
        answered.Sum().ShouldBeGreaterThan(1_000);
    }

    /// <summary>Asks again as soon as it is answered. Returns how often it was.</summary>
    private static async Task<int> AskAgainAsync(IServiceProvider services, Random random, CancellationToken ended)
    {
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        for (var answered = 0; ; answered++)
        {
            var messages = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new { role = "user", content = Passage.All[random.Next(Passage.All.Count)].Text });
            var body = JsonSerializer.Serialize(new { model = "nobody-knows-1", messages, max_tokens = random.Next(1, 5) * 100 });
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            try
            {
                using var response = await client.PostAsync("/v1/chat/completions", content, ended);
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return answered;
            }
        }
    }
}
