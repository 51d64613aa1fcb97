using System.Globalization;
using Quickstart.Upstreams.Models;

namespace Quickstart.Display;

internal static class Percent
{
    public static string Of(UpstreamReport report) =>
        report.Utilisation is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%") : "-";
}
