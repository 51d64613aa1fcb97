using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Alerts.Delivery;

/// <summary>The log messages of this package, in the category <c>RateLimited.Http.Alerts</c>. None holds an address, a secret or what somebody answered; summaries hold names of the configuration.</summary>
internal static partial class AlertsLog
{
    [LoggerMessage(41, LogLevel.Critical, "{Summary} ({Rule}, {Id})")]
    public static partial void FiredCritical(ILogger log, string summary, string rule, string id);

    [LoggerMessage(42, LogLevel.Warning, "{Summary} ({Rule}, {Id})")]
    public static partial void FiredWarning(ILogger log, string summary, string rule, string id);

    [LoggerMessage(43, LogLevel.Information, "{Summary} ({Rule}, {Id})")]
    public static partial void FiredInfo(ILogger log, string summary, string rule, string id);

    [LoggerMessage(44, LogLevel.Information, "Recovered: {Summary} ({Rule}, {Id})")]
    public static partial void Recovered(ILogger log, string summary, string rule, string id);

    [LoggerMessage(EventId = 45, Message = "The sink {Sink} could not deliver a notice of {Rule} ({Fault}); it is tried again in {Seconds} s.")]
    public static partial void Retrying(ILogger log, LogLevel level, string sink, string rule, string fault, long seconds);

    [LoggerMessage(46, LogLevel.Error, "The sink {Sink} gave up a notice of {Rule} ({Fault}).")]
    public static partial void GivenUp(ILogger log, string sink, string rule, string fault);

    [LoggerMessage(47, LogLevel.Error, "The outbox of the sink {Sink} is full; its oldest notice was dropped, {Dropped} so far.")]
    public static partial void Dropped(ILogger log, string sink, long dropped);

    [LoggerMessage(48, LogLevel.Error, "The changed alerts are not valid and were not taken over; the last valid ones stay. {Faults}")]
    public static partial void ReloadRefused(ILogger log, string faults);

    [LoggerMessage(49, LogLevel.Error, "The services could not be looked at ({Fault}); alerts are looked for again at the next time.")]
    public static partial void LookFailed(ILogger log, string fault);

    [LoggerMessage(50, LogLevel.Information, "The alerts were changed while running.")]
    public static partial void Reloaded(ILogger log);
}
