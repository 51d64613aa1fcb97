namespace RateLimited.Http.Testing.Models;

/// <summary>Where the windows of a fixed window begin. Immutable.</summary>
public abstract class WindowAlignment
{
    private WindowAlignment()
    {
    }

    /// <summary>At whole multiples of their length since 1970, by UTC: full minutes, full hours, UTC's days.</summary>
    public static WindowAlignment Clock { get; } = new ToClock(TimeSpan.Zero);

    /// <summary>With the first request after the last window ended, as GitHub, X and Okta do.</summary>
    public static WindowAlignment FirstUse { get; } = new ToFirstUse();

    /// <summary>At whole multiples of their length since 1970 and so much later.</summary>
    public static WindowAlignment ClockAfter(TimeSpan offset) => new ToClock(offset);

    /// <summary>At midnight in a time zone; windows are days there, 23 to 25 hours long.</summary>
    public static WindowAlignment Midnight(TimeZoneInfo zone) => new ToMidnight(zone ?? throw new ArgumentNullException(nameof(zone)));

    /// <summary>The window that a moment lies in, as times since 1970; null when windows begin with use.</summary>
    internal abstract (TimeSpan Start, TimeSpan End)? WindowAt(TimeSpan sinceEpoch, TimeSpan window);

    private sealed class ToClock(TimeSpan offset) : WindowAlignment
    {
        internal override (TimeSpan Start, TimeSpan End)? WindowAt(TimeSpan sinceEpoch, TimeSpan window)
        {
            var into = (sinceEpoch - offset).Ticks % window.Ticks;
            var start = sinceEpoch - TimeSpan.FromTicks(into < 0 ? into + window.Ticks : into);
            return (start, start + window);
        }
    }

    private sealed class ToFirstUse : WindowAlignment
    {
        internal override (TimeSpan Start, TimeSpan End)? WindowAt(TimeSpan sinceEpoch, TimeSpan window) => null;
    }

    private sealed class ToMidnight(TimeZoneInfo zone) : WindowAlignment
    {
        internal override (TimeSpan Start, TimeSpan End)? WindowAt(TimeSpan sinceEpoch, TimeSpan window)
        {
            var local = TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch + sinceEpoch, zone);
            return (Begin(local.Date), Begin(local.Date.AddDays(1)));
        }

        /// <summary>A day begins with its first minute that exists; where the clock goes back over midnight, with the earlier one.</summary>
        private TimeSpan Begin(DateTime day)
        {
            while (zone.IsInvalidTime(day))
            {
                day = day.AddMinutes(1);
            }

            var offset = zone.IsAmbiguousTime(day) ? zone.GetAmbiguousTimeOffsets(day).Max() : zone.GetUtcOffset(day);
            return new DateTimeOffset(day, offset) - DateTimeOffset.UnixEpoch;
        }
    }
}
