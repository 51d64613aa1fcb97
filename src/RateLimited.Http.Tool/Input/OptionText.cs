using System.Globalization;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing.Simulation;

namespace RateLimited.Http.Tool.Input;

/// <summary>Reads the values of options, or says in a sentence what would be right.</summary>
internal static class OptionText
{
    private const string To = "..";

    /// <summary>A rate such as <c>5/second</c>, per second.</summary>
    public static double Rate(string option, string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && double.TryParse(text.AsSpan(0, slash), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count)
            && DurationText.TryParse(text.AsSpan(slash + 1), out var duration) && duration > TimeSpan.Zero && count / duration.TotalSeconds is > 0 and <= 1_000_000
            ? count / duration.TotalSeconds
            : throw Wrong(option, text, "a rate of at most a million a second, such as '5/second' or '1000000/day'");
    }

    public static TimeSpan Duration(string option, string text, TimeSpan least, TimeSpan most) =>
        DurationText.TryParse(text, out var duration) && duration >= least && duration <= most
            ? duration
            : throw Wrong(option, text, $"a duration from {DurationText.Format(least)} to {DurationText.Format(most)}, such as '90 s', '1 hour' or '00:30:00'");

    /// <summary>A duration, or two with <c>..</c> between them.</summary>
    public static (TimeSpan Least, TimeSpan Most) Durations(string option, string text)
    {
        var most = TimeSpan.FromDays(1);
        var (from, to) = Parts(text);
        return DurationText.TryParse(from, out var least) && DurationText.TryParse(to, out var longest) && least >= TimeSpan.Zero && least <= longest && longest <= most
            ? (least, longest)
            : throw Wrong(option, text, "a duration of at most a day, such as '250 ms', or two such as '100 ms..2 s'");
    }

    public static long Number(string option, string text, NumberRange range) =>
        NumberText.TryParse(text, out var number) && range.Contains(number) ? number : throw Wrong(option, text, range.Right);

    /// <summary>What requests cost of a unit, such as <c>tokens=500..2000</c>.</summary>
    public static CostRange Cost(string option, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (from, to) = Parts(text[(equals + 1)..]);
        return equals > 0 && LimitFaults.IsUnit(text[..equals]) && NumberText.TryParseAmount(from, out var least) && NumberText.TryParseAmount(to, out var most) && least <= most
            && OptionBounds.EndpointCost.Contains(least) && OptionBounds.EndpointCost.Contains(most)
            ? new CostRange(text[..equals], least, most)
            : throw Wrong(option, text, "a unit and what a request costs of it, such as 'tokens=1200' or 'tokens=500..2000'");
    }

    /// <summary>What a unit costs in money, such as <c>tokens=0.000002</c>.</summary>
    public static KeyValuePair<string, decimal> Price(string option, string text)
    {
        const decimal Most = 1_000_000_000;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && decimal.TryParse(text.AsSpan(equals + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price <= Most
            ? new(text[..equals], price)
            : throw Wrong(option, text, "a unit and its price, such as 'tokens=0.000002'");
    }

    public static DateTimeOffset Instant(string option, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant.UtcDateTime.Year is >= 1970 and < 9000
            ? instant
            : throw Wrong(option, text, "a time such as '2026-01-02T03:04:05Z'");

    public static BadInputException Wrong(string option, string text, string right) => new($"{option}: {Fault.Quote(text)} → {right}.");

    private static (string From, string To) Parts(string text)
    {
        var to = text.IndexOf(To, StringComparison.Ordinal);
        return to < 0 ? (text, text) : (text[..to], text[(to + To.Length)..]);
    }
}
