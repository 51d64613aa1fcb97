using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Testing;

/// <summary>
/// Keeps what is logged, for a test to look at: <c>services.AddLogging(logging =&gt; logging.AddProvider(collector))</c>, or itself as an <see cref="ILoggerFactory"/>. Thread-safe.
/// Entries are kept until <see cref="Clear"/>, up to <see cref="Capacity"/>; disposal keeps them.
/// </summary>
public sealed class LogCollector : ILoggerProvider, ILoggerFactory
{
    /// <summary>A test that logs more goes in circles, and would take the machine's memory.</summary>
    public const int Capacity = 1_000_000;

    private readonly ConcurrentQueue<LogEntry> _entries = new();

    /// <summary>Everything below it is not logged at all: <see cref="ILogger.IsEnabled"/> is false. <see cref="LogLevel.Trace"/> by default, <see cref="LogLevel.None"/> switches the log off.</summary>
    public LogLevel MinimumLevel { get; set; } = LogLevel.Trace;

    /// <summary>What was logged so far, oldest first: a copy.</summary>
    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>What this library logged so far, oldest first: a copy.</summary>
    public IReadOnlyList<LogEntry> Ours => [.. _entries.Where(static entry => entry.Category.StartsWith("RateLimited.Http", StringComparison.Ordinal))];

    /// <summary>A logger of that name, whose entries come here.</summary>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Forgets what was logged.</summary>
    public void Clear() => _entries.Clear();

    /// <summary>Not supported: this is a factory of itself alone.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("A LogCollector logs to itself alone. Add both to the LoggerFactory of the host.");

    /// <summary>Nothing is held; entries stay to be read.</summary>
    public void Dispose()
    {
    }

    private void Keep(LogEntry entry)
    {
        if (_entries.Count >= Capacity)
        {
            throw new InvalidOperationException($"More than {Capacity} entries were logged. Clear() the collector in between, or raise its MinimumLevel.");
        }

        _entries.Enqueue(entry);
    }

    private sealed class Logger(LogCollector collector, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= collector.MinimumLevel && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                // Copied, because what is logged may be reused by who logs it.
                IReadOnlyList<KeyValuePair<string, object?>> properties = state is IReadOnlyList<KeyValuePair<string, object?>> values ? [.. values] : [];
                collector.Keep(new LogEntry(category, logLevel, eventId, formatter(state, exception), properties, exception));
            }
        }
    }
}
