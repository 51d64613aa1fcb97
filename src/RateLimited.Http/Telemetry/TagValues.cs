namespace RateLimited.Http.Telemetry;

/// <summary>
/// Every tag and every value it can have besides the configured names of services, limits and keys. The sets are closed, so that no tenant,
/// address or key's text can ever make a new series.
/// </summary>
internal static class TagValues
{
    public const string Service = "service";
    public const string Limit = "limit";
    public const string Result = "result";
    public const string Reason = "reason";
    public const string Priority = "priority";
    public const string State = "state";
    public const string Key = "key";
    public const string Unit = "unit";
    public const string Paced = "paced";

    public static readonly string[] Results = ["admitted", "waited", "refused", "dry_run", "bypassed"];

    public static readonly string[] Reasons = ["none", "limit_reached", "timeout", "queue_full", "displaced", "cost_exceeds_quota", "disposed", "no_key_available"];

    public static readonly string[] AttemptResults = ["success", "client_error", "limited", "server_error", "failed", "given_up"];

    /// <summary>From background to critical.</summary>
    public static readonly string[] Priorities = ["background", "low", "normal", "high", "critical"];

    /// <summary>Whether a limit's quota is spread over its window: full use is what that is for.</summary>
    public static readonly string[] Paces = ["false", "true"];

    public static readonly string[] ReloadResults = ["accepted", "refused"];

    /// <summary>What was wrong with an attempt that was repeated.</summary>
    public static readonly string[] Failures = ["none", "limited", "overloaded", "server_fault", "status", "not_sent", "broken", "timed_out", "circuit_open"];

    /// <summary>Why an attempt was not repeated.</summary>
    public static readonly string[] RetryDecisions = ["repeat", "not_asked", "last_attempt", "not_replayable", "not_idempotent", "wait_too_long", "budget_spent"];

    /// <summary>What became of a redirect: followed as the first two say, or not because of the others.</summary>
    public static readonly string[] RedirectResults = ["same_origin", "other_origin", "downgrade", "private_address", "content_elsewhere", "not_replayable", "too_many"];

    public static readonly string[] FallbackCauses = ["failed", "circuit_open", "limited", "refused"];

    public static readonly string[] FallbackResults = ["found", "nothing"];

    public static readonly string[] HedgeResults = ["sent", "won"];

    /// <summary>Why a body ended before its end.</summary>
    public static readonly string[] BodyFailures = ["broken", "stalled", "too_long"];

    public static readonly string[] CircuitStates = ["closed", "open", "half_open", "isolated", "reduced", "normal"];

    /// <summary>The states of a circuit without those of degradation.</summary>
    public static readonly string[] BreakerStates = CircuitStates[..4];

    /// <summary>Who decides on limits that several processes share: their store, or this process alone.</summary>
    public static readonly string[] StoreStates = ["shared", "alone"];

    public static readonly string[] StoreResults = ["answered", "failed"];

    /// <summary>How an API key is.</summary>
    public static readonly string[] KeyStates = ["active", "rate_limited", "exhausted", "error", "disabled"];

    /// <summary>Why a request was moved to another key.</summary>
    public static readonly string[] MoveReasons = ["limited", "exhausted", "refused"];

    public static string Of(RejectionReason reason) => (uint)reason < (uint)Reasons.Length ? Reasons[(int)reason] : Reasons[0];

    /// <summary>What a response's status makes of its attempt.</summary>
    public static AttemptResult ResultOf(int status) => status switch
    {
        < 400 => AttemptResult.Success,
        429 => AttemptResult.Limited,
        < 500 => AttemptResult.ClientError,
        _ => AttemptResult.ServerError,
    };

    public static string Of(RequestPriority priority) => Priorities[Index(priority)];

    public static int Index(RequestPriority priority) => Math.Clamp(priority - RequestPriority.Background, 0, Priorities.Length - 1);
}
