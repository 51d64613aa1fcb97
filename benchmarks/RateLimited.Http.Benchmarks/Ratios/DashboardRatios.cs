using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Dashboard.Metrics;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Telemetry.Traffic;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>What it costs a request that there is a dashboard, which listens to every measurement and hears whose each request is.</summary>
internal static class DashboardRatios
{
    private static readonly Uri Address = new("http://upstream.test/v1/items");

    public static IEnumerable<Figure> All => [new("dashboard-admitted", Target.Above(150, 0), Admitted)];

    /// <summary>The handler with four limits and a tenant beside a dashboard, beside the same handler alone.</summary>
    private static Ratio Admitted(string name)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var book = new MetricBook(meters);
        var traffic = new TrafficBook(TimeProvider.System);
        using var telemetry = new RateLimitingTelemetry(meters, observers: [traffic], admissions: [traffic]);
        using var watched = new HttpMessageInvoker(Ours.Handler(new StubHandler(), telemetry, HandlerRatios.FourLimits));
        using var alone = new HttpMessageInvoker(Ours.Handler(new StubHandler(), HandlerRatios.FourLimits));
        var ratio = Duel.Run(name, count => Invoke(watched, count), count => Invoke(alone, count));
        if (traffic.Read("benchmark", names: 1, refusals: 1).Tenants.Top is not [{ Name: "acme" }] || book.Sum("rate_limit.checks", "benchmark") == 0)
        {
            throw new InvalidOperationException("Nothing was heard: what was measured is not what it says.");
        }

        return ratio with { Bytes = ratio.Bytes - Duel.BytesOf(count => Invoke(alone, count), 1000) };
    }

    private static void Invoke(HttpMessageInvoker invoker, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Address).WithTenant("acme");
            using var response = invoker.SendAsync(request, CancellationToken.None).GetAwaiter().GetResult();
        }
    }
}
