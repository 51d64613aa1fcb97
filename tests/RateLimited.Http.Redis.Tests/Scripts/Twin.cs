using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>
/// A limit in both forms: the C# rule that decides in this process, and the terms that the script decides by. The rule is given microseconds for ticks where its arithmetic knows no unit, and ticks
/// where it does (calendars, tolerances of seconds).
/// </summary>
internal sealed class Twin
{
    /// <summary>By how much a rule's instants are larger than the script's.</summary>
    private readonly int _scale;

    private readonly long _base;
    private LimitState _state;

    private Twin(LimitRule rule, LimitTerms terms, int scale, long offset)
    {
        (Rule, Terms, _scale, _base) = (rule, terms, scale, offset);
    }

    public LimitRule Rule { get; }

    public LimitTerms Terms { get; }

    public long Guard { get; init; }

    /// <summary>By how much the server's clock ever fell back: the rule has seen all that time pass.</summary>
    public long FellBack { get; set; }

    /// <summary>Whether the rule's tolerances, which are of seconds, are the script's.</summary>
    public bool IsInTicks => _scale != 1;

    public ref LimitState State => ref _state;

    public static Twin Bucket(long id, long quota, long window, long burst, long guard) =>
        new(new TokenBucket(quota, window, burst), new BucketTerms(id, quota, window, burst), scale: 1, offset: 0) { Guard = guard };

    public static Twin Sliding(long id, long quota, long window, long guard) =>
        new(new SlidingWindow(quota, window), new SlidingTerms(id, quota, window), scale: 1, offset: 0) { Guard = guard };

    /// <summary>In microseconds. The C# grid counts from year 1, so that its offset must leave the same remainder.</summary>
    public static Twin Fixed(long id, long quota, long window, long guard, WindowAnchor anchor) =>
        new(new FixedWindow(quota, window, anchor), new FixedTerms(id, new FixedWindow(quota, window * TimeSpan.TicksPerMicrosecond, anchor)), scale: 1, DateTime.UnixEpoch.Ticks % window) { Guard = guard };

    /// <summary>In ticks, as it runs in a process.</summary>
    public static Twin FixedInTicks(long id, long quota, long window, long guard, WindowAnchor anchor, TimeZoneInfo? zone)
    {
        var rule = new FixedWindow(quota, window * TimeSpan.TicksPerMicrosecond, anchor, zone);
        return new Twin(rule, new FixedTerms(id, rule), (int)TimeSpan.TicksPerMicrosecond, DateTime.UnixEpoch.Ticks) { Guard = guard };
    }

    public static Twin Leases(long id, long quota) =>
        new(new Concurrency(quota), new LeaseTerms(id, quota, 366L * 24 * 3600 * 1_000_000), scale: 1, offset: 0);

    public static Twin Fleet(long id, long quota, int parts, long patience) =>
        new(new FleetQuota("fleet", quota, parts, patience), new LeaseTerms(id, quota, 366L * 24 * 3600 * 1_000_000, parts, patience), scale: 1, offset: 0);

    public static Twin FleetBucket(long id, long quota, long window, long longest, long patience)
    {
        var rule = new FleetBucket("fleet", quota, window, longest, parts: 1, patience);
        return new Twin(rule, new FlowTerms(id, quota, window, 366L * 24 * 3600 * 1_000_000, patience, rule.MostAhead), scale: 1, offset: 0);
    }

    /// <summary>The moment as the rule sees it: its own clock never falls, and the wall clock is the server's.</summary>
    public Moment At(long serverNow) => new((serverNow + FellBack) * _scale, _base - (FellBack * _scale), Guard * _scale);

    /// <summary>How long the rule says to wait, rounded up to the script's unit; or never.</summary>
    public long WaitOf(long earliest, long serverNow)
    {
        var now = At(serverNow).Now;
        return earliest == LimitRule.Never ? -1 : Saturating.DivideUp(earliest - now, _scale);
    }

    public long InUnits(long micros) => micros * _scale;
}
