using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RateLimited.Http.History.Recording;

namespace RateLimited.Http.History.Configuration;

/// <summary>The options in force. A change that is not right is refused, and the last good ones stay. Thread-safe.</summary>
internal sealed class HistorySettings : IDisposable
{
    private readonly IOptionsFactory<RateLimitHistoryOptions> _factory;
    private readonly ILogger _log;
    private readonly IDisposable? _subscription;
    private volatile RateLimitHistoryOptions _current;

    /// <exception cref="OptionsValidationException">Something is wrong; it holds all faults.</exception>
    public HistorySettings(IOptionsFactory<RateLimitHistoryOptions> factory, ILoggerFactory loggers, IConfiguration? configuration = null)
    {
        _factory = factory;
        _log = loggers.CreateLogger(HistoryLog.Category);
        _current = factory.Create(Options.DefaultName);
        _subscription = configuration is null ? null : ChangeToken.OnChange(configuration.GetSection(HistorySectionReader.Path).GetReloadToken, Reload);
    }

    public RateLimitHistoryOptions Current => _current;

    public void Dispose() => _subscription?.Dispose();

    private void Reload()
    {
        try
        {
            _current = _factory.Create(Options.DefaultName);
        }
        catch (OptionsValidationException faults)
        {
            HistoryLog.ReloadRefused(_log, string.Join(' ', faults.Failures));
        }
#pragma warning disable CA1031 // A delegate or a provider of the program's may throw anything, and what it throws would end the thread that watches the file.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            HistoryLog.ReloadRefused(_log, fault.GetType().Name);
        }
    }
}
