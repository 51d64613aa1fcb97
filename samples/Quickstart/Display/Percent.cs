using System.Globalization;
using RateLimited.Http.Testing.Models;

namespace Quickstart.Display;

internal static class Percent
{
    public static string Of(LimitReport report) =>
        report.Utilisation is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%") : "-";
}
