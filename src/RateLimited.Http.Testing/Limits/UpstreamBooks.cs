using System.Globalization;
using System.Text;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Limits;

/// <summary>The books of an upstream at one moment. Immutable.</summary>
public sealed class UpstreamBooks
{
    /// <summary>Since the first request came.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Each limit for each of those whom it counts separately.</summary>
    public IReadOnlyList<LimitBooks> Limits { get; init; } = [];

    /// <summary>Each API key; callers without one under the empty text.</summary>
    public IReadOnlyDictionary<string, KeyBooks> Keys { get; init; } = new Dictionary<string, KeyBooks>(StringComparer.Ordinal);

    /// <summary>How many requests failed by a fault of the schedule, by the fault's name. Refusals of a storm are here, and not in <see cref="Refused"/>.</summary>
    public IReadOnlyDictionary<string, long> Faults { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>How many of the refusals were bans.</summary>
    public long Banned { get; init; }

    /// <summary>How many requests were admitted.</summary>
    public long Admitted => Keys.Values.Sum(static key => key.Admitted);

    /// <summary>How many requests were refused by the limits, bans included.</summary>
    public long Refused => Keys.Values.Sum(static key => key.Refused);

    /// <summary>The share of the quota that was used, 0 to 1, by the limit that was used most: the others could not be used further. Null as long as there is nothing to compare.</summary>
    public double? Utilisation => Names.Select(UtilisationOf).Max();

    /// <summary>The names of the limits that counted anything.</summary>
    public IEnumerable<string> Names => Limits.Select(static limit => limit.Limit).Distinct(StringComparer.Ordinal);

    /// <summary>The figures of one limit, all whom it counts separately together; the worst window is that of whoever had the worst.</summary>
    /// <exception cref="ArgumentException">No limit of that name counted anything.</exception>
    public LimitReport this[string limit]
    {
        get
        {
            LimitReport[] reports = [.. Limits.Where(books => string.Equals(books.Limit, limit, StringComparison.Ordinal)).Select(static books => books.Report)];
            return reports.Length == 0
                ? throw new ArgumentException($"No limit named '{limit}' counted anything. Those that did: {string.Join(", ", Names)}.", nameof(limit))
                : new LimitReport(reports.Sum(static one => one.Ok), reports.Sum(static one => one.Theoretical), reports.Sum(static one => one.Refused), reports.Max(static one => one.Worst));
        }
    }

    /// <summary>The share of one limit's quota that was used.</summary>
    public double? UtilisationOf(string limit) => this[limit].Utilisation;

    /// <summary>All of it as a few lines, for the text of a test that fails.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Admitted} admitted and {Refused} refused in {Elapsed.TotalSeconds:0.###} s");
        foreach (var books in Limits)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {books.Limit}{(books.CountedFor.Length > 0 ? $" of {books.CountedFor}" : "")}: {books.Report.Ok} of {books.Report.Theoretical} {books.Unit} used");
            text.Append(CultureInfo.InvariantCulture, $", worst window {books.Report.Worst} of {books.Quota}, {books.Report.Refused} refused");
        }

        foreach (var fault in Faults)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  fault {fault.Key}: {fault.Value}");
        }

        return text.ToString();
    }
}
