using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>What a section means.</summary>
public class ServiceSectionTests
{
    [Fact]
    public void Every_key_is_read()
    {
        var service = Read("""
            {
              "mode": "dryrun",
              "Preset": "github",
              "Tier": "user",
              "Dialect": "okta",
              "MaxHint": "10 min",
              "MaxExhausted": "1 day",
              "AccountTimeZone": "Europe/Berlin",
              "TrustUpstream": true,
              "AskFirst": "250 ms",
              "Limits": [ "500/minute", "5 concurrent", { "Name": "daily", "Quota": 10000, "Unit": "units", "Window": "1 day", "Algorithm": "FixedWindow", "TimeZone": "America/Los_Angeles" },
                          { "Quota": 100, "Window": "00:00:02", "Algorithm": "TokenBucket", "Burst": "1_000", "Partition": "Name" } ],
              "Endpoints": {
                "GET /search/*": { "Limits": "30/minute", "Costs": { "points": "1_000", "requests": 0 } },
                "POST /v1/models/pro:generate": { "Limits": [ "2/s" ], "ServiceLimits": false },
                "POST /v1/models/pro": { "Limits": "3/s" },
                "GET /health": { "Limits": "none" },
                "batch": { "Limits": { "Quota": 7, "Window": "hour", "Algorithm": "FixedWindow", "Anchor": "Announced" } }
              },
              "Tenants": { "Limits": "60/minute", "Classes": { "premium": { "Limits": "600/minute", "Tenants": [ "contoso", "fabrikam" ], "Weight": 4 }, "one": { "Tenants": "solo" } } },
              "Queue": { "Length": 5, "Costs": { "units": 1000 }, "Timeout": "30 s", "Overflow": "DropLowestPriority", "Ageing": "500 ms" },
              "ArrivalGuard": "00:00:00.050",
              "Rejection": "Response",
              "BodyIdleTimeout": "1 min",
              "BodyTimeout": "20 min",
              "MaxPartitions": 7,
              "PartitionIdleTimeout": "2 hours"
            }
            """);

        service.Mode.ShouldBe(RateLimitMode.DryRun);
        (service.Preset, service.Tier, service.Dialect!.Known, service.MaxHint, service.TrustUpstream, service.AskFirst).ShouldBe(("github", "user", "okta", TimeSpan.FromMinutes(10), true, TimeSpan.FromMilliseconds(250)));
        service.Endpoints["GET /search/*"].Costs.ShouldBe([new("points", 1000), new("requests", 0)]);
        service.Limits.Select(static limit => $"{limit.EffectiveName}: {limit}").ShouldBe(
        [
            "500/minute: 500/minute", "5 concurrent: 5 concurrent", "daily: 10000 units/day fixed America/Los_Angeles",
            "100/2s per name: 100/2s per name token-bucket burst 1000",
        ]);
        service.Endpoints.Select(static endpoint => $"{endpoint.Key}: {string.Join(", ", endpoint.Value.Limits)} {endpoint.Value.ServiceLimits}").Order(StringComparer.Ordinal).ShouldBe(
        [
            "GET /health:  False", "GET /search/*: 30/minute True", "POST /v1/models/pro: 3/s".Replace("/s", "/second", StringComparison.Ordinal) + " True",
            "POST /v1/models/pro:generate: 2/second False", "batch: 7/hour fixed announced True",
        ]);
        service.Tenants.Limits.ShouldHaveSingleItem().ToString().ShouldBe("60/minute");
        service.Tenants.Classes["premium"].Tenants.ShouldBe(["contoso", "fabrikam"]);
        service.Tenants.Classes["premium"].Weight.ShouldBe(4);
        service.Tenants.Classes["premium"].Limits.ShouldHaveSingleItem().ToString().ShouldBe("600/minute");
        service.Tenants.Classes["one"].Tenants.ShouldBe(["solo"]);
        service.Queue.Length.ShouldBe(5);
        service.Queue.Costs.ShouldBe([new KeyValuePair<string, long>("units", 1000)]);
        service.Queue.Timeout.ShouldBe(TimeSpan.FromSeconds(30));
        service.Queue.Overflow.ShouldBe(QueueOverflow.DropLowestPriority);
        service.Queue.Ageing.ShouldBe(TimeSpan.FromMilliseconds(500));
        service.ArrivalGuard.ShouldBe(TimeSpan.FromMilliseconds(50));
        service.Rejection.ShouldBe(RejectionBehavior.Response);
        (service.BodyIdleTimeout, service.BodyTimeout).ShouldBe((TimeSpan.FromMinutes(1), (TimeSpan?)TimeSpan.FromMinutes(20)));
        (service.MaxExhausted, service.AccountTimeZone).ShouldBe((TimeSpan.FromDays(1), "Europe/Berlin"));
        service.MaxPartitions.ShouldBe(7);
        service.PartitionIdleTimeout.ShouldBe(TimeSpan.FromHours(2));
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var service = Read("""{ "Limits": "500/minute", "ArrivalGuard": "auto", "Queue": {}, "Tenants": {}, "Endpoints": {} }""");
        var fresh = new ServiceRateLimitingOptions();

        service.Limits.ShouldHaveSingleItem().ToString().ShouldBe("500/minute");
        service.ArrivalGuard.ShouldBeNull();
        service.Mode.ShouldBe(RateLimitMode.Enforce);
        service.Queue.Timeout.ShouldBe(fresh.Queue.Timeout);
        service.Queue.Length.ShouldBe(fresh.Queue.Length);
        (service.BodyIdleTimeout, service.BodyTimeout).ShouldBe((fresh.BodyIdleTimeout, fresh.BodyTimeout));
        (service.MaxExhausted, service.AccountTimeZone).ShouldBe((fresh.MaxExhausted, fresh.AccountTimeZone));
        service.Endpoints.ShouldBeEmpty();
    }

    [Fact]
    public void Limits_are_compiled_into_the_rules_that_they_name()
    {
        var definition = DefinitionCompiler.Service("a", Read("""
            { "Limits": [ "500/minute", "100 tokens/2s burst 50", "5 concurrent", "7/day fixed Europe/Berlin" ],
              "Endpoints": { "GET /x": { "Limits": "none" } },
              "Tenants": { "Limits": "60/minute", "Classes": { "premium": { "Limits": "600/minute", "Tenants": [ "contoso" ], "Weight": 4 } } } }
            """));

        definition.Name.ShouldBe("a");
        definition.Limits.Select(static limit => $"{limit.Rule.GetType().Name} {limit.Rule.Quota} {limit.Unit} {limit.Rule.Window} {limit.Rule.Capacity}").ShouldBe(
            ["SlidingWindow 500 requests 600000000 500", "TokenBucket 100 tokens 20000000 50", "Concurrency 5 requests 0 5", "FixedWindow 7 requests 864000000000 7"]);
        definition.Endpoints.ShouldHaveSingleItem().ServiceLimits.ShouldBeFalse();
        definition.TenantLimits.ShouldHaveSingleItem().Partition.ShouldBe(PartitionBy.Tenant);
        var premium = definition.TenantClasses.ShouldHaveSingleItem();
        premium.Weight.ShouldBe(4);
        premium.Tenants.ShouldContain("contoso");
        premium.Limits.ShouldHaveSingleItem().Partition.ShouldBe(PartitionBy.Tenant);
    }

    [Fact]
    public void Environment_variables_may_replace_one_value()
    {
        var configuration = new ConfigurationBuilder()
            .AddConfiguration(Configured.Service("""{ "Limits": [ "500/minute", "5 concurrent" ] }"""))
            .AddInMemoryCollection([new("RateLimiting:Services:a:Limits:0", "100/minute"), new("RateLimiting:Services:A:Mode", "DryRun")])
            .Build();

        var service = Read(configuration);

        service.Limits.Select(static limit => limit.ToString()).ShouldBe(["100/minute", "5 concurrent"]);
        service.Mode.ShouldBe(RateLimitMode.DryRun);
    }

    [Fact]
    public void A_value_beside_a_list_is_refused_for_nobody_can_tell_which_is_meant()
    {
        var configuration = new ConfigurationBuilder()
            .AddConfiguration(Configured.Service("""{ "Limits": [ "500/minute" ] }"""))
            .AddInMemoryCollection([new("RateLimiting:Services:a:Limits", "100/minute")])
            .Build();

        Configured.Faults(configuration).ShouldBe(
            ["RateLimiting:Services:a:Limits: a value and a list → either one, each a limit such as '500/minute' or a section with Quota and Window."]);
    }

    private static ServiceRateLimitingOptions Read(string json) => Read(Configured.Service(json));

    private static ServiceRateLimitingOptions Read(IConfiguration configuration)
    {
        using var container = Configured.Container(configuration, static services => services.AddServiceRateLimiting("a"));
        return container.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a");
    }
}
