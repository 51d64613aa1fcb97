using System.Globalization;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.History.Reports;

/// <summary>Figures and names as people read them: the same in every culture, and each on one printable line.</summary>
internal static class ReportWords
{
    private const int LongestName = 256;

    public const string None = "-";

    public static string Of(string? name) => name is null ? None : Fault.Excerpt(name, LongestName);

    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Percent(double? share) => share is { } known ? known.ToString("0.0%", CultureInfo.InvariantCulture) : None;

    public static string Of(DateTimeOffset? instant) => instant is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : None;

    public static string Of(DateOnly? day) => day is { } known ? known.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : None;

    public static string Of(ReportPeriod period) => period.IsDay
        ? $"{DateOnly.FromDateTime(period.From.UtcDateTime):yyyy-MM-dd}"
        : string.Create(CultureInfo.InvariantCulture, $"{period.From.UtcDateTime:yyyy-MM-dd} to {period.To.UtcDateTime.AddDays(-1):yyyy-MM-dd}");

    public static ReportCell Share(double? share) => new(Percent(share), share);
}
