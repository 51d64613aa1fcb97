using Microsoft.Extensions.Logging;

namespace RateLimited.Http.AI.Telemetry;

/// <summary>The log messages. None takes an address, a header, a tenant, a key, or anything of a prompt or an answer.</summary>
internal static partial class AILog
{
    [LoggerMessage(EventId = 31, Message = "A response of {Service} reported something in {Field} that counts nothing; its request settles at the estimate.")]
    public static partial void OddUsage(ILogger log, LogLevel level, string service, string field);

    [LoggerMessage(32, LogLevel.Warning, "The {Budget} of {Service} is nearly spent: {Spent} of {Quota} US dollars.")]
    public static partial void BudgetNearlySpent(ILogger log, string service, string budget, decimal spent, decimal quota);
}
