using System.Globalization;

namespace RateLimited.Http.Testing;

/// <summary>What an instrument reported once, as a <see cref="MetricCollector"/> saw it. Immutable.</summary>
/// <param name="Instrument">The instrument's name, like <c>rate_limit.checks</c>.</param>
/// <param name="Value">The value, in the instrument's unit.</param>
/// <param name="Tags">The tags and their values, in the order in which they were given.</param>
public sealed record Measured(string Instrument, double Value, IReadOnlyList<KeyValuePair<string, object?>> Tags)
{
    /// <summary>The value of a tag; null when it has none.</summary>
    public object? this[string tag] => Tags.FirstOrDefault(pair => string.Equals(pair.Key, tag, StringComparison.Ordinal)).Value;

    /// <summary>The series: the instrument and its tags, without the value.</summary>
    public string Series => $"{Instrument}{{{string.Join(',', Tags.Select(static tag => string.Create(CultureInfo.InvariantCulture, $"{tag.Key}={tag.Value}")))}}}";

    /// <summary>The series and the value, for a failing test's text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Series} {Value}");
}
