using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Configuration is written by anybody: whatever stands in it, it is either right or refused in sentences.</summary>
public class ConfigurationFuzzTests
{
    private static readonly string[] Keys =
    [
        "Mode", "Limits", "Endpoints", "Tenants", "Queue", "ArrivalGuard", "Rejection", "BodyIdleTimeout", "BodyTimeout", "MaxExhausted", "AccountTimeZone", "Europe/Berlin", "MaxPartitions", "PartitionIdleTimeout", "Name", "Quota", "Unit", "Window",
        "Algorithm", "Burst", "Anchor", "TimeZone", "Partition", "Length", "Costs", "Timeout", "Overflow", "Ageing", "Classes", "Weight", "ServiceLimits", "GET /x", "GET x", "0", "1", "2",
        "tokens", "premium", "", " ", "∞", "\0", "\uD800", "ClassOf", "none",
        "Preset", "Tier", "Dialect", "MaxHint", "TrustUpstream", "Remaining", "Reset", "Header", "Format", "Statuses", "420", "LimitScope", "RefusesWithSuccess", "Limit", "points",
    ];

    private static readonly string?[] Values =
    [
        null, "", " ", "none", "Auto", "500/minute", "5 concurrent", "0/s", "5/s per tenant", "7/day fixed Europe/Berlin", "Enforce", "Disabled", "FixedWindow", "TokenBucket", "Concurrency",
        "Announced", "Tenant", "true", "1", "0", "-1", "NaN", "Infinity", "1e308", "1e30", "∞", "1,5", "10", "9223372036854775808", "30 s", "1 ms", "1 d", "00:00:30", "24:00:00", "-00:00:01",
        "10675199.02:48:05.4775807", "UTC", "Mars/Olympus", "../../x", "\0", "\uD800", "\u2028", "Response", "requests", "contoso",
        "github", "anthropic", "start", "openai", "discover", "X-Left", "x-{limit}", "{limit}", "EpochSeconds", "Limited", "Key", "Set-Cookie",
    ];

    [Fact]
    public void Whatever_is_configured_is_right_or_refused_in_sentences()
    {
        const int Cases = 1_500;
        var random = new Random(20260925);
        var right = 0;
        for (var i = 0; i < Cases; i++)
        {
            var pairs = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            if (random.Next(2) == 0)
            {
                pairs["RateLimiting:Services:a:Limits:0"] = "500/minute";
            }

            var count = random.Next(6);
            for (var p = 0; p < count; p++)
            {
                var path = string.Join(':', Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Pick(random, Keys)));
                pairs[random.Next(12) == 0 ? $"RateLimiting:{path}" : $"RateLimiting:Services:a:{path}"] = Pick(random, Values);
            }

            var faults = Configured.Faults(new ConfigurationBuilder().AddInMemoryCollection(pairs).Build());
            right += faults.Count == 0 ? 1 : 0;
            faults.ShouldAllBe(static fault => fault.StartsWith("RateLimiting", StringComparison.Ordinal) && fault.Contains(" → ", StringComparison.Ordinal) && fault.EndsWith('.'));
            faults.ShouldAllBe(static fault => !fault.Any(char.IsControl));
        }

        right.ShouldBeGreaterThan(Cases / 50);
    }

    [Fact]
    public void Extremes_in_code_are_right_or_refused_in_sentences()
    {
        const int Cases = 1_500;
        long[] numbers = [long.MinValue, -1, 0, 1, 2, 1_000_000_000_000, 1_000_000_000_001, long.MaxValue];
        TimeSpan[] durations = [TimeSpan.MinValue, TimeSpan.Zero, new(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), TimeSpan.FromDays(31), TimeSpan.FromDays(31) + new TimeSpan(1), TimeSpan.MaxValue];
        var random = new Random(7);
        for (var i = 0; i < Cases; i++)
        {
            var options = new ServiceRateLimitingOptions
            {
                ArrivalGuard = Pick(random, durations),
                BodyIdleTimeout = Pick(random, durations),
                BodyTimeout = random.Next(2) == 0 ? null : Pick(random, durations),
                MaxExhausted = Pick(random, durations),
                Mode = (RateLimitMode)random.Next(-1, 5),
            };
            options.Limits.Add(new LimitOptions
            {
                Quota = Pick(random, numbers),
                Window = random.Next(4) == 0 ? null : Pick(random, durations),
                Burst = random.Next(3) == 0 ? Pick(random, numbers) : null,
                Algorithm = (LimitAlgorithm)random.Next(-1, 6),
                Anchor = (WindowAnchor)random.Next(-1, 5),
                TimeZone = random.Next(4) == 0 ? Pick(random, Values) : null,
                Unit = random.Next(4) == 0 ? Pick(random, Values)! : UnitCost.Requests,
                Name = random.Next(4) == 0 ? Pick(random, Values) : null,
            });

            var faults = ServiceOptionsFaults.Of("a", options, []);

            if (faults.Count == 0)
            {
                DefinitionCompiler.Service("a", options).Limits.Count.ShouldBe(1);
            }
            else
            {
                faults.Sentences().ShouldAllBe(static fault => fault.EndsWith('.'));
            }
        }
    }

    [Fact]
    public void A_hundred_thousand_tenants_are_read_in_one_pass()
    {
        var pairs = Enumerable.Range(0, 100_000).Select(static i => new KeyValuePair<string, string?>($"RateLimiting:Services:a:Tenants:Classes:premium:Tenants:{i}", $"tenant-{i}"));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([.. pairs, new("RateLimiting:Services:a:Limits", "5/s")]).Build();
        using var container = Configured.Container(configuration, static services => services.AddServiceRateLimiting("a"));

        container.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a").Tenants.Classes["premium"].Tenants.Count.ShouldBe(100_000);
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
