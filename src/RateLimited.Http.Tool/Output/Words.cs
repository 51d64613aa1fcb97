using System.Globalization;

namespace RateLimited.Http.Tool.Output;

/// <summary>Figures as people read them. The same in every culture.</summary>
internal static class Words
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("min", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Of(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Of(decimal number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    public static string Percent(double? part) => part is { } known ? known.ToString("0.0%", CultureInfo.InvariantCulture) : string.Empty;

    /// <summary>A duration by its two largest units: <c>2 h 5 min</c>.</summary>
    public static string Of(TimeSpan duration)
    {
        var first = Array.FindIndex(Units, unit => duration.Ticks >= unit.Ticks);
        if (first < 0)
        {
            return duration == TimeSpan.Zero ? "0" : "< 1 ms";
        }

        var (unit, ticks) = Units[first];
        if (ticks <= TimeSpan.TicksPerSecond)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{(double)duration.Ticks / ticks:0.##} {unit}");
        }

        var (next, fewer) = Units[first + 1];
        var rest = Math.DivRem(duration.Ticks, ticks).Remainder / fewer;
        var whole = string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks} {unit}");
        return rest == 0 ? whole : string.Create(CultureInfo.InvariantCulture, $"{whole} {rest} {next}");
    }

    public static string Amount(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? string.Empty : "s")}");

    /// <summary>A course as a line of blocks, one for each value, as high as it is beside the highest.</summary>
    public static string Chart(IEnumerable<long> values, long highest)
    {
        const string Blocks = " ▁▂▃▄▅▆▇█";
        return string.Concat(values.Select(value => Blocks[value <= 0 || highest <= 0 ? 0 : (int)Math.Clamp(Math.Ceiling((double)value / highest * (Blocks.Length - 1)), 1, Blocks.Length - 1)]));
    }
}
