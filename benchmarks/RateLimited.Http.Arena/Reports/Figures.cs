using System.Globalization;

namespace RateLimited.Http.Arena.Reports;

/// <summary>Figures as people read them.</summary>
internal static class Figures
{
    private const string None = "–";

    public static string Percent(double? share) => share?.ToString("0.0 %", CultureInfo.InvariantCulture) ?? None;

    public static string Wait(double? milliseconds) => milliseconds switch
    {
        null => None,
        < 1_000 => milliseconds.Value.ToString("0 ms", CultureInfo.InvariantCulture),
        _ => (milliseconds.Value / 1_000).ToString("0.0 s", CultureInfo.InvariantCulture),
    };

    public static string Index(double? jain) => jain?.ToString("0.000", CultureInfo.InvariantCulture) ?? None;
}
