using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Tests.Telemetry;

public sealed class CardinalityTests
{
    [Fact]
    public void A_hundred_thousand_tenants_addresses_and_keys_make_no_series_and_are_never_said()
    {
        const string Secret = "CANARY";
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var collected = new MetricCollector(meters);
        using var logs = new LogCollector();
        using var telemetry = new RateLimitingTelemetry(meters, logs);
        var definition = new ServiceDefinition
        {
            Name = "api",
            Limits = [LimitedService.Window(98_000)],
            TenantLimits = [LimitedService.Window(1_000_000, name: "tenant", partition: PartitionBy.Tenant)],
            Queue = new QueueDefinition { Length = 0 },
            ArrivalGuard = TimeSpan.Zero,
            MaxPartitions = 1000,
        };
        using var limiter = new ServiceLimiter(definition, new InProcessStore(new ManualTimeProvider(), []), telemetry.For("api"));
        var pipeline = new ServicePipeline(limiter, new PipelineSettings(new EndpointRouter(["GET /v1/{x}"]), RejectionBehavior.Response, TimeSpan.FromMinutes(1)));
        using var answer = new HttpResponseMessage();
        using var invoker = new HttpMessageInvoker(new RateLimitingHandler(pipeline) { InnerHandler = StubHandler.Always(Task.FromResult(answer)) });

        for (var i = 0; i < 100_000; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod($"M{i % 1000}"), $"https://host{i}.test/v1/{Secret}{i}?key={Secret}").WithTenant($"{Secret}{i}").WithPartition($"{Secret}{i}");
            request.Headers.Add("X-Api-Key", Secret);
            _ = invoker.SendAsync(request, CancellationToken.None);
        }

        collected.Collect();
        var series = collected.Measurements.Select(static measured => measured.Series).Distinct(StringComparer.Ordinal).ToList();
        series.Count.ShouldBeLessThan(30);
        series.ShouldContain("rate_limit.checks{service=api,result=refused}");
        string.Join('\n', series).ShouldNotContain(Secret);
        logs.Entries.Count.ShouldBeGreaterThan(1000);
        logs.Entries.ShouldNotContain(entry => entry.Message.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void A_million_tenants_add_not_one_series()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var collected = new MetricCollector(meters);
        using var telemetry = new RateLimitingTelemetry(meters);
        var definition = new ServiceDefinition
        {
            Name = "api",
            Limits = [LimitedService.Window(1_000_000_000)],
            TenantLimits = [LimitedService.Window(10, name: "tenant", partition: PartitionBy.Tenant)],
            ArrivalGuard = TimeSpan.Zero,
            MaxPartitions = 1_000_000,
        };
        using var limiter = new ServiceLimiter(definition, new InProcessStore(new ManualTimeProvider(), []), telemetry.For("api"));

        var afterOne = SeriesOf(1);
        var afterAll = SeriesOf(1_000_000);

        afterAll.ShouldBe(afterOne, ignoreOrder: true);
        afterAll.ShouldContain("rate_limit.usage_ratio{service=api,limit=tenant,paced=false}");
        collected.Last("rate_limit.partitions", ("limit", "tenant")).ShouldBe(1_000_000);

        HashSet<string> SeriesOf(int tenants)
        {
            var series = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < tenants; i++)
            {
                limiter.TryAcquire(new AdmissionRequest { Tenant = $"t{i}" }).Lease?.Dispose();
                if (i % 100_000 == 0 || i == tenants - 1)
                {
                    collected.Collect();
                    series.UnionWith(collected.Measurements.Select(static measured => measured.Series));
                    if (i < tenants - 1)
                    {
                        collected.Clear();
                    }
                }
            }

            return series;
        }
    }
}
