using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>How a limit's rule is written: as much of it as the state of another rule needs to be continued by it.</summary>
internal static class RuleForm
{
    private enum Kind : long
    {
        TokenBucket = 1,
        SlidingWindow,
        FixedWindow,
        AdaptiveRate,
        AdaptiveConcurrency,
        SlowStart,
        CoolDown,
        ReportedLimit,
        InvalidRequests,
    }

    public static void Write(StateWriter into, LimitRule rule)
    {
        into.Add((long)KindOf(rule));
        into.Add(rule.Quota);
        into.Add(rule.Window);
        switch (rule)
        {
            case TokenBucket bucket:
                into.Add(bucket.Burst);
                break;
            case FixedWindow window:
                into.Add((long)window.Anchor);
                into.Add(window.Zone?.Id ?? string.Empty);
                break;
            case ReportedLimit reported:
                into.Add(reported.Name);
                into.Add(reported.Unit);
                into.Add(reported.NamedWindow);
                break;
            default:
                break;
        }
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static LimitRule Read(StateReader from)
    {
        var (kind, quota, window) = ((Kind)from.Number(), from.Number(), from.Number());
        return kind switch
        {
            Kind.TokenBucket => new TokenBucket(quota, window, from.Number()),
            Kind.SlidingWindow => new SlidingWindow(quota, window),
            Kind.FixedWindow => new FixedWindow(quota, window, (WindowAnchor)from.Number(), ZoneOf(from.Text())),
            Kind.AdaptiveRate => new AdaptiveRate(quota, window, quota),
            Kind.AdaptiveConcurrency => new AdaptiveConcurrency(quota, 1, quota),
            Kind.SlowStart => new SlowStart(),
            Kind.CoolDown => new CoolDown(),
            Kind.InvalidRequests => new InvalidRequests(quota, window),

            // For how long it is believed is said by whoever takes it over.
            Kind.ReportedLimit => new ReportedLimit(from.Text(), from.Text(), from.Number(), TimeSpan.TicksPerHour, isKept: true),
            _ => throw new FormatException("A limit is of no kind that is known."),
        };
    }

    private static Kind KindOf(LimitRule rule) => rule switch
    {
        TokenBucket => Kind.TokenBucket,
        SlidingWindow => Kind.SlidingWindow,
        FixedWindow => Kind.FixedWindow,
        AdaptiveRate => Kind.AdaptiveRate,
        AdaptiveConcurrency => Kind.AdaptiveConcurrency,
        SlowStart => Kind.SlowStart,
        CoolDown => Kind.CoolDown,
        InvalidRequests => Kind.InvalidRequests,
        _ => Kind.ReportedLimit,
    };

    /// <summary>A zone that this machine does not know is no reason to forget what was used: the windows are midnights of UTC until they are counted as configured.</summary>
    private static TimeZoneInfo? ZoneOf(string id) => id.Length > 0 && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null;
}
