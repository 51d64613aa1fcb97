using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>What a program is told of wrong options that it made in code.</summary>
public class ServiceOptionsFaultTests
{
    private static readonly Type[] OptionTypes = [typeof(ServiceRateLimitingOptions), typeof(QueueOptions), typeof(TenantClassOptions), typeof(LimitOptions)];

    [Fact]
    public void Every_number_and_duration_has_a_range()
    {
        var properties = OptionTypes.SelectMany(static type => type.GetProperties()).Where(static property => Extremes(property.PropertyType) is not null).ToArray();

        properties.Select(static property => $"{property.DeclaringType!.Name}.{property.Name}").Order(StringComparer.Ordinal).ShouldBe(
        [
            "LimitOptions.Burst", "LimitOptions.Initial", "LimitOptions.Minimum", "LimitOptions.Quota", "LimitOptions.Window", "QueueOptions.Ageing", "QueueOptions.Length", "QueueOptions.Timeout",
            "ServiceRateLimitingOptions.ArrivalGuard", "ServiceRateLimitingOptions.AskFirst", "ServiceRateLimitingOptions.BodyIdleTimeout", "ServiceRateLimitingOptions.BodyTimeout", "ServiceRateLimitingOptions.MaxExhausted",
            "ServiceRateLimitingOptions.MaxHint", "ServiceRateLimitingOptions.MaxPartitions",
            "ServiceRateLimitingOptions.PartitionIdleTimeout", "TenantClassOptions.Weight",
        ]);
        foreach (var property in properties)
        {
            foreach (var extreme in Extremes(property.PropertyType)!)
            {
                FaultsWith(property, extreme).ShouldContain(fault => fault.Contains($":{property.Name}: ", StringComparison.Ordinal), $"{property.Name} = {extreme}");
            }
        }
    }

    [Fact]
    public void Every_choice_is_one_of_the_known()
    {
        foreach (var property in OptionTypes.SelectMany(static type => type.GetProperties()).Where(static property => property.PropertyType.IsEnum))
        {
            FaultsWith(property, Enum.ToObject(property.PropertyType, 77)).ShouldContain(fault => fault.Contains($":{property.Name}: ", StringComparison.Ordinal), property.Name);
        }
    }

    [Fact]
    public void Faults_of_delegates_come_all_at_once_and_in_the_words_of_configuration()
    {
        var faults = Configured.Faults(configuration: null, services => services.AddHttpClient("a").AddServiceRateLimiting(service => service
            .Limit("5/fortnight")
            .Limit(new LimitOptions { Quota = 5, Window = TimeSpan.FromSeconds(1), Burst = 7 })
            .Limit((LimitOptions)null!)
            .Endpoint("GET /search/*", endpoint => endpoint.Limit("0/s"))
            .Endpoint("", endpoint => endpoint.Limit("5/s"))
            .PerTenant("fast")
            .TenantClass("premium", weight: 0, tenants: [" "], "600/minute")
            .Line(line => line.Costs["audio-seconds"] = 5)));

        faults.ShouldBe(
        [
            "RateLimiting:Services:a:Limits:0: '5/fortnight' → a window from 1 ms to 31 days, such as 'minute', '2 s' or '00:01:00', not 'fortnight'.",
            "RateLimiting:Services:a:Limits:1:Burst: 7 → no burst, or the algorithm TokenBucket.",
            "RateLimiting:Services:a:Limits:2: missing → a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'.",
            "RateLimiting:Services:a:Endpoints:GET /search/*:Limits:0: '0/s' → a whole number from 1 to 10^12 as the quota.",
            "RateLimiting:Services:a:Endpoints:: '' → a method or '*', a space and a path, such as 'GET /repos/{owner}/*', or a plain name: An endpoint needs a template such as 'GET /repos/{owner}/*', or a name.",
            "RateLimiting:Services:a:Tenants:Limits:0: 'fast' → a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'.",
            "RateLimiting:Services:a:Tenants:Classes:premium:Weight: 0 → a whole number from 1 to 1_000.",
            "RateLimiting:Services:a:Tenants:Classes:premium:Tenants:0: ' ' → the name of a tenant.",
            "RateLimiting:Services:a:Queue:Costs:audio-seconds: unknown unit → a unit that a limit has, one of requests.",
        ]);
    }

    [Fact]
    public void A_service_without_limits_is_right_where_it_is_disabled_or_has_global_ones()
    {
        Configured.Faults(configuration: null, services => services.AddServiceRateLimiting("a", service => service.Mode = RateLimitMode.Disabled)).ShouldBeEmpty();
        Configured.Faults(configuration: null, services => services.Configure<RateLimitingOptions>(global => global.GlobalLimit("1000/minute"))).ShouldBeEmpty();
        Configured.Faults(configuration: null).ShouldBe(["RateLimiting:Services:a:Limits: missing → at least one limit, such as '500/minute', or a Preset, or 'discover', or the Mode Disabled."]);
    }

    [Fact]
    public void A_class_nobody_is_listed_in_is_right_where_code_says_who_belongs_to_it() =>
        Configured.Faults(configuration: null, services => services.AddServiceRateLimiting("a", service =>
        {
            service.Limit("5/s").TenantClass("premium", weight: 4, tenants: [], "600/minute");
            service.Tenants.ClassOf = static tenant => tenant.StartsWith("p-", StringComparison.Ordinal) ? "premium" : null;
        })).ShouldBeEmpty();

    [Fact]
    public void Lists_have_an_end() =>
        Configured.Faults(configuration: null, services => services.AddServiceRateLimiting("a", service =>
        {
            for (var i = 1; i <= 65; i++)
            {
                service.Limit($"{i}/s");
            }
        })).ShouldBe(["RateLimiting:Services:a:Limits: 65 limits → at most 64."]);

    [Fact]
    public void More_faults_than_anybody_reads_are_counted()
    {
        var faults = Configured.Faults(configuration: null, services => services.AddServiceRateLimiting("a", service =>
        {
            service.Limit("5/s");
            for (var i = 0; i < 300; i++)
            {
                service.Endpoint($"GET x{i}", static endpoint => endpoint.Limit("5/s"));
            }
        }));

        faults.Count.ShouldBe(201);
        faults[^1].ShouldBe("100 more faults are not listed.");
    }

    [Fact]
    public void A_limiter_without_a_container_is_held_to_the_same()
    {
        Should.Throw<OptionsValidationException>(static () => RateLimiters.Create("git", static service => service.Limit("x"))).Failures
            .ShouldBe(["RateLimiting:Services:git:Limits:0: 'x' → a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'."]);
        var limiter = RateLimiters.Create("git", static service => service.Limit("2/hour"));
        limiter.Service.ShouldBe("git");
        limiter.TryAcquire().IsAdmitted.ShouldBeTrue();
        limiter.TryAcquire().IsAdmitted.ShouldBeTrue();
        limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
    }

    private static IReadOnlyList<string> FaultsWith(PropertyInfo property, object value) =>
        Configured.Faults(configuration: null, services => services.AddServiceRateLimiting("a", service =>
        {
            var limit = new LimitOptions { Quota = 5, Window = TimeSpan.FromSeconds(1), Algorithm = LimitAlgorithm.TokenBucket };
            service.Limit(limit).TenantClass("c", weight: 1, tenants: ["t"], "5/s");
            object target = property.DeclaringType!.Name switch
            {
                nameof(QueueOptions) => service.Queue,
                nameof(TenantClassOptions) => service.Tenants.Classes["c"],
                nameof(LimitOptions) => limit,
                _ => service,
            };
            property.SetValue(target, value);
        }));

    private static object[]? Extremes(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var number when number == typeof(int) => [int.MinValue, -1, int.MaxValue],
        var number when number == typeof(long) => [long.MinValue, -1L, long.MaxValue],
        var duration when duration == typeof(TimeSpan) => [TimeSpan.MinValue, TimeSpan.FromTicks(-1), TimeSpan.FromDays(32), TimeSpan.MaxValue],
        _ => null,
    };
}
