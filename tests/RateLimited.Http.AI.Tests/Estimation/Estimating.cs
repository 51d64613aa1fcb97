using System.Text;
using RateLimited.Http.AI.Configuration;
using RateLimited.Http.AI.Estimation;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.Configuration;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Testing;

namespace RateLimited.Http.AI.Tests.Estimation;

/// <summary>The estimator of a service, asked for one request after the other.</summary>
internal sealed class Estimating : IDisposable
{
    private readonly AITelemetry _telemetry = new();
    private readonly ServiceTokens _tokens;
    private readonly ICostEstimator _estimator;

    public Estimating(TokenCostOptions? options = null, ITokenCounter? counter = null, string? preset = null)
    {
        _tokens = new ServiceTokens("a", new ManualTimeProvider(), _telemetry);
        _estimator = new TokenCostAddition(_tokens, options ?? new TokenCostOptions(), counter).Estimator(new ServiceRateLimitingOptions { Preset = preset });
    }

    public Spend Spend => _tokens.Status();

    public void Dispose()
    {
        _tokens.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>The estimate of a request with a body in JSON.</summary>
    public Task<CostEstimate?> OfAsync(string path, string json) => OfAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<CostEstimate?> OfAsync(string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri("https://upstream.test"), path)) { Content = content };
        return await _estimator.EstimateAsync(new CostedRequest("a", request, CostEstimation.ReadBodyAsync), TestContext.Current.CancellationToken);
    }

    /// <summary>What the answer makes of an estimate.</summary>
    public static IReadOnlyList<UnitCost> Settled(CostEstimate estimate, string json, bool isComplete = true)
    {
        using var response = new HttpResponseMessage { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        var reader = estimate.Watch(response, key: null)!;
        reader.Read(Encoding.UTF8.GetBytes(json));
        return reader.End(isComplete) ?? [];
    }

    /// <summary>Costs as a line, without dollars.</summary>
    public static string Line(IEnumerable<UnitCost> costs) =>
        string.Join(", ", costs.Where(static cost => cost.Unit != AIUnits.Usd).Select(static cost => FormattableString.Invariant($"{cost.Value} {cost.Unit}")));
}
