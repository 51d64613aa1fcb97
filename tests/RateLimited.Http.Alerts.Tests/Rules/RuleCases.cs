using RateLimited.Http.Alerts.Readings;
using RateLimited.Http.Alerts.Rules;

namespace RateLimited.Http.Alerts.Tests.Rules;

/// <summary>Readings of which each is just at a rule's default threshold, or just above it.</summary>
internal static class RuleCases
{
    public const string Service = "api";

    /// <summary>For each rule: a reading that is not too much yet, one that is, whom it is about, and what is said.</summary>
    public static IReadOnlyDictionary<string, (Reading Fine, Reading TooMuch, string? Subject, string Says)> All { get; } = new Dictionary<string, (Reading, Reading, string?, string)>(StringComparer.Ordinal)
    {
        ["UsageHigh"] = (Usage(80), Usage(81), "500/minute", "api: the limit 500/minute is used to 81 %."),
        ["UsageCritical"] = (Usage(95), Usage(96.25), "500/minute", "api: the limit 500/minute is used to 96.3 %."),
        ["SustainedLimiting"] = (Of(new ServiceReading { Name = Service, Checks = 20, Limited = 10 }), Of(new ServiceReading { Name = Service, Checks = 20, Limited = 11 }), null, "api: 55 % of the requests wait or are refused."),
        ["Unexpected429"] = (Of(new ServiceReading { Name = Service }), Of(new ServiceReading { Name = Service, Unexpected429 = 1 }), null, "api: responses with status 429 within five minutes, to requests that the limits had admitted: 1."),
        ["ErrorRate"] = (Of(new ServiceReading { Name = Service, Attempts = 100, Errors = 5 }), Of(new ServiceReading { Name = Service, Attempts = 100, Errors = 6 }), null, "api: 6 % of the attempts fail."),
        ["LineFull"] = (Of(new ServiceReading { Name = Service, LineCapacity = 100, Waiting = 80 }), Of(new ServiceReading { Name = Service, LineCapacity = 100, Waiting = 81 }), null, "api: the line is 81 % full."),
        ["BreakerTrips"] = (Of(new ServiceReading { Name = Service, TripsInAMinute = 3 }), Of(new ServiceReading { Name = Service, TripsInAMinute = 4 }), null, "api: the circuit opened 4 times within a minute."),
        ["ResponseTime"] = (Of(new ServiceReading { Name = Service, Durations = Durations(95, 400, 5, 60_000) }), Of(new ServiceReading { Name = Service, Durations = Durations(90, 400, 10, 60_000) }), null, "api: one of twenty attempts takes "),
        ["RedisLatency"] = (Of(new ServiceReading { Name = Service, StoreDurations = Durations(99, 80, 1, 1_000) }), Of(new ServiceReading { Name = Service, StoreDurations = Durations(98, 80, 2, 1_000) }), null, "api: one of a hundred exchanges with the shared store takes "),
        ["KeyExhausted"] = (Key(KeyState.RateLimited), Key(KeyState.Exhausted), "first", "api: the key first is exhausted."),
        ["KeyDisabled"] = (Key(KeyState.Exhausted), Key(KeyState.Disabled), "first", "api: the key first is not accepted."),
        ["AllKeysOut"] = (Of(new ServiceReading { Name = Service, Keys = [("first", KeyState.Exhausted), ("second", KeyState.Active)] }), Of(new ServiceReading { Name = Service, Keys = [("first", KeyState.Exhausted), ("second", KeyState.Disabled)] }), null, "api: no key is active."),
        ["BudgetHigh"] = (Budget(80), Budget(80.5), "budget 5 usd/day", "api: 80.5 % of the budget 5 usd/day are spent."),
        ["BudgetSpent"] = (Budget(99.9), Budget(100), "budget 5 usd/day", "api: the budget 5 usd/day is spent (100 %)."),
        ["ProjectedOverrun"] = (Projection(100), Projection(101), "budget 5 usd/day", "api: the budget 5 usd/day comes to 101 % at its period's end if spending goes on as it has."),
        ["BatchFailures"] = (Of(new ProcessReading { Batches = 20, BatchesFailed = 2 }), Of(new ProcessReading { Batches = 20, BatchesFailed = 3 }), null, "15 % of the calls of batches fail."),
        ["MemoryHigh"] = (Of(new ProcessReading { Megabytes = 40 }), Of(new ProcessReading { Megabytes = 41 }), null, "Limits and lines hold about 41 MB."),
        ["MemoryCritical"] = (Of(new ProcessReading { Megabytes = 50 }), Of(new ProcessReading { Megabytes = 50.5 }), null, "Limits and lines hold about 50.5 MB."),
    };

    public static Reading Of(ServiceReading service) => new(new ProcessReading(), [service]);

    public static Reading Usage(double percent) => Of(new ServiceReading { Name = Service, Usage = [new("500/minute", percent)] });

    /// <summary>So many of so many milliseconds, and so many more of others.</summary>
    public static DurationCounts Durations(int count, double milliseconds, int others, double theirs)
    {
        var counts = new long[DurationCounts.Buckets];
        counts[DurationCounts.BucketOf(milliseconds)] += count;
        counts[DurationCounts.BucketOf(theirs)] += others;
        return new DurationCounts(counts);
    }

    private static Reading Of(ProcessReading process) => new(process, []);

    private static Reading Key(KeyState state) => Of(new ServiceReading { Name = Service, Keys = [("first", state), ("second", KeyState.Active)] });

    private static Reading Budget(double percent) => Of(new ServiceReading { Name = Service, Budgets = [new("budget 5 usd/day", percent)] });

    private static Reading Projection(double percent) => Of(new ServiceReading { Name = Service, Projections = [new("budget 5 usd/day", percent)] });
}
