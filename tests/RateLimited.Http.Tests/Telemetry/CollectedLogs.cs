using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Tests.Telemetry;

internal sealed class CollectedLogs : ILoggerFactory, ILogger
{
    public List<(EventId Event, LogLevel Level, string Text)> Lines { get; } = [];

    /// <summary>What a log would hold at most times: nothing is kept while this is off.</summary>
    public bool IsOn { get; set; } = true;

    public ILogger CreateLogger(string categoryName)
    {
        categoryName.ShouldBe("RateLimited.Http");
        return this;
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => IsOn;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add((eventId, logLevel, formatter(state, exception)));
}
