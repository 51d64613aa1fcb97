using System.Text.RegularExpressions;
using RateLimited.Http.Tests.Structure;
using RateLimited.Http.Tests.Telemetry;

namespace RateLimited.Http.Tests.Monitoring;

/// <summary>What the references of metrics say, in Prometheus' names.</summary>
internal static partial class ReferenceNames
{
    /// <summary>Every name under which the metrics of the references, which tests hold to the code, come out of Prometheus.</summary>
    public static IReadOnlySet<string> All()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match row in new[] { "docs/reference/metrics.md", "docs/ai.md", "docs/caching.md" }.SelectMany(static file => Row().Matches(File.ReadAllText(Repository.PathOf(file)))))
        {
            var kind = row.Groups["kind"].Value;
            var name = MetricsReference.InPrometheus(row.Groups["name"].Value, kind, row.Groups["unit"].Value);
            names.UnionWith(string.Equals(kind, "Histogram", StringComparison.Ordinal) ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : [name]);
        }

        return names;
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_.0-9]+)` \| (?<kind>\w+) \| `(?<unit>[^`]*)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
