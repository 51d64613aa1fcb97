using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Costs;
using RateLimited.Http.Tests.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Costs;

/// <summary>The document of costs: its code compiles, and does what it says.</summary>
public sealed class CostDocumentTests
{
    private static readonly string Document = Squeezed(File.ReadAllText(Repository.PathOf("docs/costs.md")));

    [Fact]
    public void Its_code_is_this()
    {
        var source = Squeezed(File.ReadAllText(Repository.PathOf("tests/RateLimited.Http.Tests/Costs/CostDocumentTests.cs")));
        var blocks = Document.Split("```csharp").Skip(1).Select(static block => block.Split("```")[0]).ToArray();

        blocks.Length.ShouldBe(3);
        foreach (var block in blocks)
        {
            foreach (var part in block.Split("services.AddKeyed"))
            {
                source.ShouldContain(part);
            }
        }
    }

    [Fact]
    public async Task An_estimator_is_asked_and_a_caller_settles()
    {
        using var container = Configured.Container(
            Configured.Json("""{ "RateLimiting": { "Services": { "warehouse": { "Limits": [ "100 rows/minute", "100 credits/minute" ] } } } }"""),
            static services =>
            {
                services.AddHttpClient("warehouse", static client => client.BaseAddress = new Uri("https://upstream.test/")).AddServiceRateLimiting()
                    .ConfigurePrimaryHttpMessageHandler(static () => new StubUpstream());
                services.AddKeyedSingleton<ICostEstimator, PageCosts>("warehouse");
            });
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("warehouse");

        var settlement = new CostSettlement();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/jobs").WithCost("credits", 10).WithSettlement(settlement);
#pragma warning disable xUnit1051 // As a reader writes it.
        using var response = await client.SendAsync(request);
        settlement.Settle("credits", await CreditsOfAsync(response));
#pragma warning restore xUnit1051

        container.GetRequiredKeyedService<IServiceRateLimiter>("warehouse").GetStatus().Limits.Select(static limit => limit.Used).ShouldBe([5, 3]);
    }

    [Fact]
    public void A_reader_of_ones_own_reads_what_it_looks_for()
    {
        using var response = new HttpResponseMessage { Content = new StringContent("""{"meta":{"rows":70},"rows":[1,2]}""", System.Text.Encoding.UTF8, "application/json") };
        var reader = new RowsEstimate(5).Watch(response, key: null)!;

        reader.Read("""{"meta":{"rows":70},"rows":[1,2]}"""u8);

        reader.End(isComplete: true).ShouldBe([new UnitCost("rows", 70)]);
    }

    private static string Squeezed(string text) =>
        string.Concat(string.Join('\n', text.Split('\n').Where(static line => !line.TrimStart().StartsWith("#pragma", StringComparison.Ordinal))).Where(static c => !char.IsWhiteSpace(c)));

    private static long RowsOf(Uri? address) => address!.AbsolutePath.Length;

    private static Task<long> CreditsOfAsync(HttpResponseMessage response) => Task.FromResult(response.IsSuccessStatusCode ? 3L : 0);

    public sealed class PageCosts : ICostEstimator
    {
        public ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult<CostEstimate?>(new CostEstimate(new UnitCost("rows", RowsOf(request.Message.RequestUri))));
    }

    public sealed class RowsEstimate(long rows) : CostEstimate(new UnitCost("rows", rows))
    {
        private static readonly UsagePaths Paths = new("meta.rows");

        public override IUsageReader? Watch(HttpResponseMessage response, string? key) => JsonUsageReader.CanRead(response) ? new Reader(response) : null;

        private sealed class Reader(HttpResponseMessage response) : JsonUsageReader(response, Paths)
        {
            protected override IReadOnlyList<UnitCost>? Settle(UsageValues values, bool isComplete) =>
                values.Count("meta.rows") is { } rows ? [new UnitCost("rows", rows)] : null;
        }
    }
}
