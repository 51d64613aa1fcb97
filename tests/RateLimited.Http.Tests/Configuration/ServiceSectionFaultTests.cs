using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>What a program is told of a wrong section: the whole sentence, as its writer reads it.</summary>
public class ServiceSectionFaultTests
{
    private const string Limits = "\"Limits\": \"500/minute\"";
    private const string Keys = "Mode, FaultThrottle, Preset, Tier, Limits, Endpoints, Costs, AI, Cache, Redundancy, Dialect, MaxHint, MaxExhausted, AccountTimeZone, TrustUpstream, AskFirst, InvalidRequests, Tenants, Keys, Queue, ArrivalGuard, Rejection, BodyIdleTimeout, BodyTimeout, Resilience, Store, Lease, MaxPartitions, PartitionIdleTimeout";
    private const string Presets = "anthropic, azure-openai, cerebras, claude, cohere, confluence, discord, docker-hub, gemini, github, github-graphql, gitlab, groq, hubspot, huggingface, jira, "
        + "mistral, notion, okta, openai, openrouter, reddit, replicate, salesforce, shopify, shopify-graphql, slack, spotify, stripe, tiktok, together, twitch, twitter, x, xai, youtube";
    private const string Example = "a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'";
    private const string Window = "a window from 1 ms to 31 days, such as 'minute', '2 s' or '00:01:00'";
    private const string LimitKeys = "Name, Quota, Unit, Window, Algorithm, Burst, Initial, Minimum, Anchor, TimeZone, Pace, Partition";
    private const string Amount = "a whole number from 1 to 10^12";
    private const string Template = "a method or '*', a space and a path, such as 'GET /repos/{owner}/*', or a plain name";

    [Theory]
    [InlineData("{}", "Limits: missing → at least one limit, such as '500/minute', or a Preset, or 'discover', or the Mode Disabled")]
    [InlineData("{ \"Limits\": [] }", "Limits: missing → at least one limit, such as '500/minute', or a Preset, or 'discover', or the Mode Disabled")]
    [InlineData("{ \"Mode\": \"DryRun\" }", "Limits: missing → at least one limit, such as '500/minute', or a Preset, or 'discover', or the Mode Disabled")]
    [InlineData("{ \"Limts\": \"5/s\", " + Limits + " }", "Limts: unknown key → perhaps 'Limits'; known here are " + Keys)]
    [InlineData("{ \"Foo\": { \"Bar\": 1 }, " + Limits + " }", "Foo: unknown key → one of " + Keys)]
    [InlineData("{ \"Mode\": \"Enforced\", " + Limits + " }", "Mode: 'Enforced' → one of Enforce, DryRun, Disabled")]
    [InlineData("{ \"Mode\": 1, " + Limits + " }", "Mode: '1' → one of Enforce, DryRun, Disabled")]
    [InlineData("{ \"Mode\": { \"x\": 1 }, " + Limits + " }", "Mode: a section → one of Enforce, DryRun, Disabled; one value, not a section")]
    [InlineData("{ \"Mode\": \"\", " + Limits + " }", "Mode: missing → one of Enforce, DryRun, Disabled")]
    [InlineData("{ \"Rejection\": \"Ignore\", " + Limits + " }", "Rejection: 'Ignore' → one of Throw, Response")]
    [InlineData("{ \"ArrivalGuard\": \"Soon\", " + Limits + " }", "ArrivalGuard: 'Soon' → 'Auto', or a duration from 0 s to 10 s such as '50 ms' or '00:00:00.050'")]
    [InlineData("{ \"ArrivalGuard\": \"11 s\", " + Limits + " }", "ArrivalGuard: '11 s' → 'Auto', or a duration from 0 s to 10 s such as '50 ms' or '00:00:00.050'")]
    [InlineData("{ \"BodyIdleTimeout\": 30, " + Limits + " }", "BodyIdleTimeout: '30' → a duration from 1 s to 24 h, such as '2 min' or '00:02:00'")]
    [InlineData("{ \"BodyIdleTimeout\": \"-00:00:01\", " + Limits + " }", "BodyIdleTimeout: '-00:00:01' → a duration from 1 s to 24 h, such as '2 min' or '00:02:00'")]
    [InlineData("{ \"MaxPartitions\": 0, " + Limits + " }", "MaxPartitions: '0' → a whole number from 1 to 10_000_000")]
    [InlineData("{ \"MaxPartitions\": 1e30, " + Limits + " }", "MaxPartitions: '1e30' → a whole number from 1 to 10_000_000")]
    [InlineData("{ \"MaxPartitions\": \"NaN\", " + Limits + " }", "MaxPartitions: 'NaN' → a whole number from 1 to 10_000_000")]
    [InlineData("{ \"MaxPartitions\": \"1,5\", " + Limits + " }", "MaxPartitions: '1,5' → a whole number from 1 to 10_000_000")]
    [InlineData("{ \"MaxPartitions\": 99999999999999999999999, " + Limits + " }", "MaxPartitions: '99999999999999999999999' → a whole number from 1 to 10_000_000")]
    [InlineData("{ \"PartitionIdleTimeout\": \"0 s\", " + Limits + " }", "PartitionIdleTimeout: '0 s' → a duration from 1 s to 31 days, such as '5 min' or '00:05:00'")]
    [InlineData("{ \"Preset\": \"githb\" }", "Preset: 'githb' → perhaps 'github'; known here are " + Presets)]
    [InlineData("{ \"Preset\": \"acme corporation\" }", "Preset: 'acme corporation' → one of " + Presets)]
    [InlineData("{ \"Preset\": \"\", " + Limits + " }", "Preset: missing → the name of a known provider, such as 'github'")]
    [InlineData("{ \"Preset\": \"github\", \"Tier\": \"gold\" }", "Tier: 'gold' → one of actions, enterprise, installation, unauthenticated, user")]
    [InlineData("{ \"Preset\": \"github\", \"Tier\": \"users\" }", "Tier: 'users' → perhaps 'user'; known here are actions, enterprise, installation, unauthenticated, user")]
    [InlineData("{ \"Preset\": \"openai\", \"Tier\": \"5\" }", "Tier: '5' → no tier, since 'openai' has none")]
    [InlineData("{ \"Tier\": \"start\", " + Limits + " }", "Tier: 'start' → no tier, or a Preset that has it")]
    [InlineData("{ \"Limits\": \"discovr\" }", "Limits: 'discovr' → " + Example)]
    [InlineData("{ \"BodyTimeout\": \"2 days\", " + Limits + " }", "BodyTimeout: '2 days' → a duration from 1 s to 24 h, such as '10 min' or '00:10:00'")]
    [InlineData("{ \"MaxExhausted\": \"32 days\", " + Limits + " }", "MaxExhausted: '32 days' → a duration from 1 s to 31 days, such as '1 day' or '1.00:00:00'")]
    [InlineData("{ \"AccountTimeZone\": \"Berlin\", " + Limits + " }", "AccountTimeZone: 'Berlin' → the IANA name of a time zone, such as 'America/Los_Angeles'")]
    [InlineData("{ \"MaxHint\": \"3600\", " + Limits + " }", "MaxHint: '3600' → a duration from 1 s to 31 days, such as '1 h' or '01:00:00'")]
    [InlineData("{ \"MaxHint\": \"500 ms\", " + Limits + " }", "MaxHint: '500 ms' → a duration from 1 s to 31 days, such as '1 h' or '01:00:00'")]
    [InlineData("{ \"AskFirst\": \"11 s\", " + Limits + " }", "AskFirst: '11 s' → a duration from 0 s to 10 s, such as '1 s' or '00:00:01'")]
    [InlineData("{ \"Lease\": \"Always\", " + Limits + " }", "Lease: 'Always' → one of Strict, Auto")]
    [InlineData("{ \"Lease\": \"Auto\", " + Limits + " }", "Lease: 'Auto' → nothing, or a Store of 'Redis', where other processes have of the quota too")]
    [InlineData("{ \"TrustUpstream\": \"yes\", " + Limits + " }", "TrustUpstream: 'yes' → true or false")]
    [InlineData("\"500/minute\"", ": '500/minute' → a section with one of " + Keys)]
    public void Of_a_service(string json, string sentence) => Configured.Faults(Configured.Service(json)).ShouldBe([Place(sentence)]);

    [Theory]
    [InlineData("\"fast\"", "Limits: 'fast' → " + Example)]
    [InlineData("[\"500/minute\", \"0/second\"]", "Limits:1: '0/second' → " + Amount + " as the quota")]
    [InlineData("[\"500/minute\", null]", "Limits:1: missing → " + Example)]
    [InlineData("[\"500/minute\", [\"1/s\"]]", "Limits:1: a list → " + Example)]
    [InlineData("[\"500/minute\", \"500/60s\"]", "Limits:1: '500/minute' → one limit of this kind, since RateLimiting:Services:a:Limits:0 is the same")]
    [InlineData("[\"500/minute\", \"500/minute token-bucket\"]", "Limits:1:Name: '500/minute' → a name of its own, since RateLimiting:Services:a:Limits:0 has this one")]
    [InlineData("{ \"first\": \"500/minute\" }", "Limits:first: unknown key → a list, each a limit such as '500/minute' or a section with Quota and Window")]
    [InlineData("[{ \"Quota\": 5 }]", "Limits:0:Window: missing → " + Window)]
    [InlineData("[{ \"Window\": \"1 s\" }]", "Limits:0:Quota: missing → " + Amount + " as the quota")]
    [InlineData("[{ \"Quota\": -1, \"Window\": \"1 s\" }]", "Limits:0:Quota: '-1' → " + Amount + " as the quota")]
    [InlineData("[{ \"Quota\": 1.5, \"Window\": \"1 s\" }]", "Limits:0:Quota: '1.5' → " + Amount + " as the quota")]
    [InlineData("[{ \"Quota\": 1000000000001, \"Window\": \"1 s\" }]", "Limits:0:Quota: '1000000000001' → " + Amount + " as the quota")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"00:00\" }]", "Limits:0:Window: '00:00' → " + Window)]
    [InlineData("[{ \"Quota\": 5, \"Window\": 60 }]", "Limits:0:Window: '60' → " + Window)]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"32.00:00:00\" }]", "Limits:0:Window: '32.00:00:00' → " + Window)]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Unit\": \"to kens\" }]", "Limits:0:Unit: 'to kens' → a unit of at most 64 letters, digits, '.', '_' and '-' that begins with a letter")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Name\": \" \" }]", "Limits:0:Name: missing → a name of 1 to 64 printable characters")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Name\": \"a\\u0007b\" }]", "Limits:0:Name: 'a?b' → a name of 1 to 64 printable characters")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Burst\": 5 }]", "Limits:0:Burst: 5 → no burst, or the algorithm TokenBucket")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Burst\": 0, \"Algorithm\": \"TokenBucket\" }]", "Limits:0:Burst: '0' → " + Amount + " as the burst")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Algorithm\": \"Leaky\" }]", "Limits:0:Algorithm: 'Leaky' → one of SlidingWindow, TokenBucket, FixedWindow, Concurrency, AdaptiveRate, AdaptiveConcurrency, AdaptiveThrottle")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Algorithm\": \"Concurrency\" }]", "Limits:0:Window: '00:00:01' → no window, which a concurrency limit has not, or another algorithm")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Anchor\": \"FirstUse\" }]", "Limits:0:Anchor: 'FirstUse' → no anchor, or the algorithm FixedWindow")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 s\", \"Partition\": \"Shard\" }]", "Limits:0:Partition: 'Shard' → one of Service, Tenant, Name, Key")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 d\", \"TimeZone\": \"UTC\" }]", "Limits:0:TimeZone: 'UTC' → no time zone, or a FixedWindow anchored to the Clock")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 h\", \"Algorithm\": \"FixedWindow\", \"TimeZone\": \"UTC\" }]", "Limits:0:TimeZone: 'UTC' → no time zone, or a window of whole days")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 d\", \"Algorithm\": \"FixedWindow\", \"TimeZone\": \"Mars/Olympus\" }]", "Limits:0:TimeZone: 'Mars/Olympus' → the IANA name of a time zone, such as 'America/Los_Angeles'")]
    [InlineData("[{ \"Algorithm\": \"AdaptiveThrottle\", \"Quota\": 5 }]", "Limits:0:Quota: 5 → no quota, which an adaptive throttle has not, or another algorithm")]
    [InlineData("[{ \"Algorithm\": \"AdaptiveRate\", \"Window\": \"1 s\" }]", "Limits:0:Window: '00:00:01' → no window, or a quota")]
    [InlineData("[{ \"Algorithm\": \"AdaptiveRate\", \"Quota\": 5 }]", "Limits:0:Window: missing → a window from 1 ms to 31 days, such as 'minute', '2 s' or '00:01:00'")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 day\", \"Pace\": \"Slow\" }]", "Limits:0:Pace: 'Slow' → one of None, Even, Profile")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 min\", \"Pace\": \"Even\" }]", "Limits:0:Pace: 'Even' → no pace, or a fixed or sliding window of an hour or more")]
    [InlineData("[{ \"Quota\": 5, \"Algorithm\": \"Concurrency\", \"Pace\": \"Even\" }]", "Limits:0:Pace: 'Even' → no pace, or a fixed or sliding window of an hour or more")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 day\", \"Algorithm\": \"TokenBucket\", \"Pace\": \"Even\" }]", "Limits:0:Pace: 'Even' → no pace, or a fixed or sliding window of an hour or more")]
    [InlineData("[{ \"Quota\": 5, \"Window\": \"1 day\", \"Pace\": \"Even\", \"Burst\": 6 }]", "Limits:0:Burst: 6 → a whole number from 1 to the quota as the burst of what is paced")]
    [InlineData("[\"5/day pace even\", { \"Name\": \"5/day paced\", \"Quota\": 5, \"Window\": \"1 h\" }]", "Limits:1:Name: '5/day paced' → a name of its own, since RateLimiting:Services:a:Limits:0 has this one")]
    [InlineData("[{ \"Quota\": 5, \"Windw\": \"1 s\", \"Window\": \"1 s\" }]", "Limits:0:Windw: unknown key → perhaps 'Window'; known here are " + LimitKeys)]
    public void Of_a_limit(string limits, string sentence) => Configured.Faults(Configured.Service($$"""{ "Limits": {{limits}} }""")).ShouldBe([Place(sentence)]);

    [Theory]
    [InlineData("\"Endpoints\": \"none\"", "Endpoints: 'none' → a section of templates, such as { \"GET /search/*\": { \"Limits\": \"30/minute\" } }")]
    [InlineData("\"Endpoints\": { \"GET /x\": \"5/s\" }", "Endpoints:GET /x: '5/s' → a section such as { \"Limits\": \"30/minute\" }")]
    [InlineData("\"Endpoints\": { \"GET /x\": { \"Limit\": \"5/s\" } }", "Endpoints:GET /x:Limit: unknown key → perhaps 'Limits'; known here are Limits, ServiceLimits, Costs")]
    [InlineData("\"Endpoints\": { \"GET /x\": { \"Limits\": \"some\" } }", "Endpoints:GET /x:Limits: 'some' → " + Example)]
    [InlineData("\"Endpoints\": { \"GET /x\": { \"Limits\": \"none\", \"ServiceLimits\": true } }", "Endpoints:GET /x:ServiceLimits: 'true' → false, or other Limits than 'none'")]
    [InlineData("\"Endpoints\": { \"GET /x\": { \"ServiceLimits\": \"no\" } }", "Endpoints:GET /x:ServiceLimits: 'no' → true or false")]
    [InlineData("\"Endpoints\": { \"GET x\": {  \"Limits\": \"5/s\" } }", "Endpoints:GET x: 'GET x' → " + Template + ": The path of 'GET x' must begin with '/', without scheme and host")]
    [InlineData("\"Endpoints\": { \"GET /a/{x}\": { \"Limits\": \"5/s\" }, \"get /a/{y}/\": { \"Limits\": \"6/s\" } }", "Endpoints:get /a/{y}/: 'get /a/{y}/' → one template for these requests, since 'GET /a/{x}' matches the same")]
    [InlineData("\"Endpoints\": { \"GET /x\": { \"Costs\": 5 } }", "Endpoints:GET /x:Costs: '5' → a section of names and amounts, such as { \"points\": 5 }")]
    [InlineData("\"Endpoints\": { \"GET /x\": { \"Costs\": { \"points\": -1 } } }", "Endpoints:GET /x:Costs:points: '-1' → a number from 0 to 10^12 with at most six digits behind the point as what a request costs")]
    [InlineData("\"Endpoints\": { \"GET /x\": { \"Costs\": { \"po ints\": 1 } } }", "Endpoints:GET /x:Costs:po ints: 'po ints' → a unit of at most 64 letters, digits, '.', '_' and '-' that begins with a letter")]
    [InlineData("\"Tenants\": { \"Limits\": \"60/minute per name\" }", "Tenants:Limits:Partition: 'Name' → Tenant, which limits under Tenants count by, or nothing")]
    [InlineData("\"Tenants\": { \"Limits\": [\"60/minute\", \"60/minute per tenant\"] }", "Tenants:Limits:1: '60/minute' → one limit of this kind, since RateLimiting:Services:a:Tenants:Limits:0 is the same")]
    [InlineData("\"Tenants\": { \"Classes\": { \"premium\": { \"Limits\": \"60/minute\" } } }", "Tenants:Classes:premium:Tenants: missing → at least one tenant, or ClassOf set in code, since nobody could belong to the class")]
    [InlineData("\"Tenants\": { \"Classes\": { \"premium\": { \"Tenants\": [\"x\"], \"Weight\": 0 } } }", "Tenants:Classes:premium:Weight: '0' → a whole number from 1 to 1_000")]
    [InlineData("\"Tenants\": { \"Classes\": { \"b\": { \"Tenants\": [\"x\"] }, \"c\": { \"Tenants\": [\"y\", \"x\"] } } }", "Tenants:Classes:c:Tenants:1: 'x' → a tenant of one class, once, since 'b' lists it already")]
    [InlineData("\"Tenants\": { \"ClassOf\": \"x\" }", "Tenants:ClassOf: unknown key → perhaps 'Classes'; known here are Limits, Classes")]
    [InlineData("\"Queue\": { \"Length\": -1 }", "Queue:Length: '-1' → a whole number from 0 to 10_000_000")]
    [InlineData("\"Queue\": { \"Timeout\": \"100\" }", "Queue:Timeout: '100' → a duration from 0 s to 31 days, such as '30 s' or '00:00:30'")]
    [InlineData("\"Queue\": { \"Ageing\": \"9 ms\" }", "Queue:Ageing: '9 ms' → a duration from 10 ms to 31 days, such as '30 s' or '00:00:30'")]
    [InlineData("\"Queue\": { \"Overflow\": \"Drop\" }", "Queue:Overflow: 'Drop' → one of RefuseNewest, DropLowestPriority")]
    [InlineData("\"Queue\": { \"Costs\": { \"token\": 5 } }", "Queue:Costs:token: unknown unit → a unit that a limit has, one of requests")]
    [InlineData("\"Queue\": { \"Costs\": { \"requests\": 0 } }", "Queue:Costs:requests: '0' → a whole number from 1 to 10^12 as the most that the line may cost")]
    [InlineData("\"Queue\": { \"Costs\": 5 }", "Queue:Costs: '5' → a section of units and amounts, such as { \"tokens\": 1000000 }")]
    public void Of_what_stands_beside_the_limits(string json, string sentence) =>
        Configured.Faults(Configured.Service($$"""{ {{Limits}}, {{json}} }""")).ShouldBe([Place(sentence)]);

    [Theory]
    [InlineData("\"Limits\": \"50 points/minute\", \"Costs\": { \"points\": 51 }", "Costs:points:Amount: 51 → at most 50, since the limit '50 points/minute' could never give more to one request")]
    [InlineData("\"Limits\": \"50 points/minute\", \"Costs\": { \"points\": 50 }", null)]
    [InlineData("\"Limits\": \"50 points/minute token-bucket burst 100\", \"Costs\": { \"points\": 100 }", null)]
    [InlineData("\"Limits\": \"240 points/day pace even\", \"Costs\": { \"points\": 11 }", "Costs:points:Amount: 11 → at most 10, since the pace of the limit '240 points/day' could never give more to one request")]
    [InlineData("\"Limits\": \"240 points/day fixed pace even\", \"Costs\": { \"points\": 240 }", null)]
    [InlineData("\"Limits\": \"50 points/minute token-bucket burst 20\", \"Costs\": { \"points\": 20.5 }", "Costs:points:Amount: 20.5 → at most 20, since the limit '50 points/minute' could never give more to one request")]
    [InlineData("\"Limits\": \"50 points/minute\", \"Costs\": { \"points\": { \"From\": \"body model\", \"Amounts\": { \"big\": 80, \"small\": 1 } } }", "Costs:points:Amounts:big: 80 → at most 50, since the limit '50 points/minute' could never give more to one request")]
    [InlineData("\"Limits\": \"5/s\", \"Tenants\": { \"Classes\": { \"free\": { \"Limits\": \"9 points/day\", \"Tenants\": [\"x\"] } } }, \"Costs\": { \"points\": 10 }", "Costs:points:Amount: 10 → at most 9, since the limit '9 points/day' could never give more to one request")]
    [InlineData("\"Limits\": \"50 points/minute\", \"Endpoints\": { \"POST /x\": { \"Costs\": { \"points\": 60 } } }", "Endpoints:POST /x:Costs:points: 60 → at most 50, since the limit '50 points/minute' could never give more to one request")]
    [InlineData("\"Limits\": \"5/minute\", \"Endpoints\": { \"POST /x\": { \"Costs\": { \"requests\": 6 }, \"ServiceLimits\": false } }", null)]
    [InlineData("\"Limits\": \"5/minute\", \"Endpoints\": { \"POST /x\": { \"Costs\": { \"requests\": 6 } } }", "Endpoints:POST /x:Costs:requests: 6 → at most 5, since the limit '5/minute' could never give more to one request")]
    [InlineData("\"Limits\": \"5/minute\", \"Endpoints\": { \"POST /*\": { \"Costs\": { \"points\": 60 } }, \"POST /x\": { \"Limits\": \"50 points/minute\" } }", "Endpoints:POST /x:Limits: '50 points/minute' → a limit that can give 60 points to one request, which is what one to 'POST /x' costs")]
    [InlineData("\"Limits\": \"5/minute\", \"Costs\": { \"points\": 60 }, \"Endpoints\": { \"POST /x\": { \"Limits\": \"50 points/minute\" } }", "Endpoints:POST /x:Limits: '50 points/minute' → a limit that can give 60 points to one request, which is what one to 'POST /x' costs")]
    [InlineData("\"Limits\": \"5/minute\", \"Costs\": { \"points\": 60 }, \"Endpoints\": { \"POST /x\": { \"Limits\": \"50 points/minute\", \"Costs\": { \"points\": 5 } } }", null)]
    [InlineData("\"Preset\": \"github\", \"Limits\": \"4 points/minute\"", "Limits: '4 points/minute' → a limit that can give 5 points to one request, which is what one to 'POST /*' costs")]
    [InlineData("\"Limits\": \"adaptive rate of points\", \"Costs\": { \"points\": 5000 }", null)]
    [InlineData("\"Limits\": \"50 tokens/minute\", \"Costs\": { \"points\": 60 }", null)]
    [InlineData("\"Limits\": \"10/second fixed\", \"ArrivalGuard\": \"1 s\"", "ArrivalGuard: '00:00:01' → shorter than the window of the limit '10/second', which could not be kept")]
    [InlineData("\"Limits\": \"10/second fixed first-use\", \"ArrivalGuard\": \"5 s\"", "ArrivalGuard: '00:00:05' → shorter than the window of the limit '10/second', which could not be kept")]
    [InlineData("\"Limits\": [\"10/second\", \"10/minute fixed\"], \"ArrivalGuard\": \"5 s\"", null)]
    public void Of_what_nobody_could_ever_satisfy(string json, string? sentence)
    {
        var faults = Configured.Faults(Configured.Service($$"""{ {{json}} }"""));

        if (sentence is null)
        {
            faults.ShouldBeEmpty();
        }
        else
        {
            faults.ShouldContain(Place(sentence));
            faults.ShouldAllBe(fault => fault.Contains(" → ", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("{ \"Servces\": {} }", "Servces: unknown key → perhaps 'Services'; known here are Global, File, Memory, Services, Redis, Alerts, History")]
    [InlineData("{ \"Global\": { \"Limit\": \"5/s\" } }", "Global:Limit: unknown key → perhaps 'Limits'; known here are Limits")]
    [InlineData("{ \"Global\": { \"Limits\": \"5/s per tenant\" } }", "Global:Limits:Partition: 'Tenant' → Service or nothing, since a global limit counts all requests together")]
    [InlineData("{ \"Global\": \"5/s\" }", "Global: '5/s' → a section with Limits")]
    [InlineData("{ \"Services\": \"a\" }", "Services: 'a' → a section of services, such as { \"openai\": { \"Limits\": \"500/minute\" } }")]
    public void Of_the_whole(string json, string sentence) =>
        Configured.Faults(Configured.Json($$"""{ "RateLimiting": {{json}} }"""), services => services.AddServiceRateLimiting("a", service => service.Limit("5/s")))
            .ShouldBe([$"RateLimiting:{sentence}."]);

    [Fact]
    public void All_faults_of_all_services_come_at_once()
    {
        var configuration = Configured.Json("""
            {
              "RateLimiting": {
                "Extra": 1,
                "Global": { "Limits": [ "x" ] },
                "Services": {
                  "a": { "Limits": [ "y", { "Quota": 0, "Window": "soon" } ], "Queue": { "Length": "many" } },
                  "b": { "Mode": "Off" }
                }
              }
            }
            """);

        Configured.Faults(configuration).ShouldBe(
        [
            $"RateLimiting:Extra: unknown key → one of Global, File, Memory, Services, Redis, Alerts, History.",
            $"RateLimiting:Global:Limits:0: 'x' → {Example}.",
            $"RateLimiting:Services:a:Limits:1:Quota: '0' → {Amount} as the quota.",
            $"RateLimiting:Services:a:Limits:1:Window: 'soon' → {Window}.",
            "RateLimiting:Services:a:Queue:Length: 'many' → a whole number from 0 to 10_000_000.",
            $"RateLimiting:Services:a:Limits:0: 'y' → {Example}.",
            "RateLimiting:Services:b:Mode: 'Off' → one of Enforce, DryRun, Disabled.",
        ]);
    }

    private static string Place(string sentence) => sentence.StartsWith(':') ? $"RateLimiting:Services:a{sentence}." : $"RateLimiting:Services:a:{sentence}.";
}
