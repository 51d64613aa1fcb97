using Microsoft.Extensions.Logging;

namespace RateLimited.Http.History.Recording;

/// <summary>The log messages. None takes a tenant, a key or anything else of a request.</summary>
internal static partial class HistoryLog
{
    public const string Category = "RateLimited.Http";

    [LoggerMessage(61, LogLevel.Error, "Usage and refusals cannot be recorded: {Why} Until they can, they are counted as dropped; requests are not touched.")]
    public static partial void RecordingLost(ILogger log, string why);

    [LoggerMessage(62, LogLevel.Information, "Usage and refusals are recorded again; {Refusals} refusals and {Minutes} minutes of services are missing.")]
    public static partial void RecordingFound(ILogger log, long refusals, long minutes);

    [LoggerMessage(63, LogLevel.Warning, "The journal {File} ended within a record, as after a crash: {Bytes} bytes were dropped, everything before them is kept.")]
    public static partial void TailDropped(ILogger log, string file, long bytes);

    [LoggerMessage(64, LogLevel.Warning, "Too many different refusals are pending, and more are dropped and counted.")]
    public static partial void PendingFull(ILogger log);

    [LoggerMessage(65, LogLevel.Warning, "The usage of {Service} cannot be read ({Failure}); until it can, its minutes are missing.")]
    public static partial void UsageUnreadable(ILogger log, string service, string failure);

    [LoggerMessage(66, LogLevel.Error, "The changed options of the history are not valid and were not taken over; the last valid ones stay. {Faults}")]
    public static partial void ReloadRefused(ILogger log, string faults);

    [LoggerMessage(67, LogLevel.Warning, "An old file of the journal, {File}, could not be deleted: {Why}")]
    public static partial void NotDeleted(ILogger log, string file, string why);

    [LoggerMessage(68, LogLevel.Warning, "What was recorded of demand cannot be read: {Why} Quotas with the pace Profile are spread as before, or evenly where nothing is known.")]
    public static partial void DemandUnreadable(ILogger log, string why);
}
