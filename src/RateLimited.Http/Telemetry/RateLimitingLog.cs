using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Telemetry;

/// <summary>
/// The log messages. What they are told comes from the configuration (services, limits, its faults) and from enums; no message takes an
/// address, a header, a tenant, a key's text or an exception of the transport.
/// </summary>
internal static partial class RateLimitingLog
{
    [LoggerMessage(1, LogLevel.Debug, "A request to {Service} was refused ({Reason}); limit: {Limit}.")]
    public static partial void Refused(ILogger log, string service, string reason, string? limit);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{Service} answered 429 to a request that the limits had admitted: the limits as configured are wider than the upstream's, or another program uses the same quota.")]
    public static partial void Unexpected429(ILogger log, string service);

    [LoggerMessage(3, LogLevel.Warning, "A response body of {Service} was not read for too long. Its lease was ended and its stream closed; dispose responses that are not read.")]
    public static partial void BodyAbandoned(ILogger log, string service);

    [LoggerMessage(4, LogLevel.Information, "The limits of {Service} were changed while running.")]
    public static partial void Reloaded(ILogger log, string service);

    [LoggerMessage(5, LogLevel.Error, "The changed limits of {Service} are not valid and were not taken over; the last valid ones stay. {Faults}")]
    public static partial void ReloadRefused(ILogger log, string service, string faults);

    [LoggerMessage(21, LogLevel.Warning, "The store that counts the limits of {Service} cannot be asked: {Why} Until it can, this process decides alone ({Mode}).")]
    public static partial void StoreLost(ILogger log, string service, string mode, string why);

    [LoggerMessage(22, LogLevel.Information, "The store that counts the limits of {Service} answers again.")]
    public static partial void StoreFound(ILogger log, string service);

    [LoggerMessage(23, LogLevel.Warning, "The store gave away what {Service} holds here: this process was not heard of for too long. More may be held now than the limit allows.")]
    public static partial void LeasesLost(ILogger log, string service);

    [LoggerMessage(30, LogLevel.Warning, "What {Service} held here for longer than MaxHold was given to others. More may be held now than the limit allows.")]
    public static partial void LeasesHeldTooLong(ILogger log, string service);

    [LoggerMessage(28, LogLevel.Information, "The file {File} of the limits ends within a record, as it was left when its process ended; {Bytes} bytes that stand for nothing were left out.")]
    public static partial void FileTorn(ILogger log, string file, long bytes);

    [LoggerMessage(29, LogLevel.Warning, "The file {File} of the limits is not as it was written: how much went is not known, so that all limits that are kept count as used up now.")]
    public static partial void FileDamaged(ILogger log, string file);

    [LoggerMessage(6, LogLevel.Debug, "An attempt at {Service} failed ({Failure}) and is repeated in {Milliseconds} ms.")]
    public static partial void Retrying(ILogger log, string service, string failure, long milliseconds);

    [LoggerMessage(7, LogLevel.Debug, "A failed request to {Service} is not repeated ({Failure}): {Reason}.")]
    public static partial void NotRetrying(ILogger log, string service, string failure, string reason);

    [LoggerMessage(8, LogLevel.Warning, "The circuit of {Service} is {State}: its requests are refused on this side.")]
    public static partial void CircuitOpened(ILogger log, string service, string state);

    [LoggerMessage(9, LogLevel.Information, "The circuit of {Service} is {State}.")]
    public static partial void CircuitChanged(ILogger log, string service, string state);

    [LoggerMessage(11, LogLevel.Debug, "Something to stand in for a response of {Service} was looked for ({Reason}): {Result}.")]
    public static partial void FellBack(ILogger log, string service, string reason, string result);

    [LoggerMessage(12, LogLevel.Warning, "The service {Service} is degraded to {Level}.")]
    public static partial void LevelChanged(ILogger log, string service, string level);

    [LoggerMessage(
        13,
        LogLevel.Warning,
        "Somebody around the client of {Service} repeats requests too (its header {Header} proves it): attempts multiply. Switch its retries off, or set Resilience:Retry to false here.")]
    public static partial void OuterRetrySeen(ILogger log, string service, string header);

    [LoggerMessage(EventId = 20, Message = "The usage of a response of {Service} could not be read, and its request settles at the estimate: {Fault}.")]
    public static partial void UsageLost(ILogger log, LogLevel level, string service, string fault);

    [LoggerMessage(10, LogLevel.Debug, "A redirect of {Service}: {Result}.")]
    public static partial void Redirected(ILogger log, string service, string result);

    [LoggerMessage(14, LogLevel.Information, "The keys of {Service} were changed while running; it has {Count} now.")]
    public static partial void KeysChanged(ILogger log, string service, int count);

    [LoggerMessage(15, LogLevel.Warning, "The keys of {Service} cannot be read from {Source} ({Fault}); the last good ones stay.")]
    public static partial void KeysUnreadable(ILogger log, string service, string source, string fault);

    [LoggerMessage(16, LogLevel.Information, "The keys of {Service} can be read from {Source} again.")]
    public static partial void KeysReadable(ILogger log, string service, string source);

    [LoggerMessage(17, LogLevel.Warning, "The key {Key} of {Service} is {State} now.")]
    public static partial void KeyTroubled(ILogger log, string service, string key, string state);

    [LoggerMessage(18, LogLevel.Information, "The key {Key} of {Service} is {State} now.")]
    public static partial void KeyChanged(ILogger log, string service, string key, string state);

    [LoggerMessage(19, LogLevel.Debug, "A request to {Service} was refused with the key {Key} ({Reason}) and goes again with another.")]
    public static partial void KeyMoved(ILogger log, string service, string key, string reason);

    [LoggerMessage(24, LogLevel.Warning, "The body of a response of {Service} ended before its end: {Reason}.")]
    public static partial void BodyFailed(ILogger log, string service, string reason);

    [LoggerMessage(25, LogLevel.Warning, "Limits and lines take about {Megabytes} MB of memory, more than {Threshold} MB, most of it {Service}: fewer partitions, or a shorter line, take less.")]
    public static partial void MemoryHigh(ILogger log, double megabytes, double threshold, string? service);

    [LoggerMessage(26, LogLevel.Error, "Limits and lines take about {Megabytes} MB of memory, more than {Threshold} MB, most of it {Service}: fewer partitions, or a shorter line, take less.")]
    public static partial void MemoryCritical(ILogger log, double megabytes, double threshold, string? service);

    [LoggerMessage(27, LogLevel.Information, "Limits and lines take about {Megabytes} MB of memory again.")]
    public static partial void MemoryUsual(ILogger log, double megabytes);
}
