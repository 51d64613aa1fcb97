using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Testing;

/// <summary>What was logged once, as a <see cref="LogCollector"/> saw it. Immutable.</summary>
/// <param name="Category">Who logged: <c>RateLimited.Http</c> is us.</param>
/// <param name="Level">How serious it is.</param>
/// <param name="Event">Its number and name.</param>
/// <param name="Message">The text as a reader of the log sees it.</param>
/// <param name="Properties">The values in the text by the names that its template gives them, the template itself as <c>{OriginalFormat}</c>. Empty when what was logged has none.</param>
/// <param name="Exception">The exception that came with it, or null.</param>
public sealed record LogEntry(
    string Category,
    LogLevel Level,
    EventId Event,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Properties,
    Exception? Exception)
{
    /// <summary>The value that the template calls <paramref name="property"/>; null when there is none.</summary>
    public object? this[string property] => Properties.FirstOrDefault(pair => string.Equals(pair.Key, property, StringComparison.Ordinal)).Value;

    /// <summary>The level and the message, for a failing test's text.</summary>
    public override string ToString() => $"{Level}: {Message}";
}
