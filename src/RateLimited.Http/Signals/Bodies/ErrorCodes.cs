using System.Collections.Frozen;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Bodies;

/// <summary>
/// Error codes and what they mean. Codes alone, never free text: "insufficient quota" in a message was a concurrency limit, and was taken for an unpaid bill.
/// </summary>
internal static class ErrorCodes
{
    public const int MaxLength = 128;

    private static readonly BodyMeaning Limited = new(ResponseKind.Limited, ResponseScope.Key);
    private static readonly BodyMeaning Unpaid = new(ResponseKind.Exhausted, ResponseScope.Key, QuotaHorizon.Billing);
    private static readonly BodyMeaning UsedUp = new(ResponseKind.Exhausted, ResponseScope.Key);
    private static readonly BodyMeaning UsedUpAtGoogle = new(ResponseKind.Exhausted, ResponseScope.Key, QuotaHorizon.PacificMidnight);
    private static readonly BodyMeaning UsedUpToday = new(ResponseKind.Exhausted, ResponseScope.Key, QuotaHorizon.AccountMidnight);
    private static readonly BodyMeaning Refused = new(ResponseKind.RefusedKey, ResponseScope.Key);
    private static readonly BodyMeaning Forbidden = new(ResponseKind.Permission, ResponseScope.Endpoint);
    private static readonly BodyMeaning Overloaded = new(ResponseKind.Overloaded, ResponseScope.Service);

    private static readonly FrozenDictionary<string, BodyMeaning> Meanings = Table();

    private static readonly FrozenDictionary<string, BodyMeaning>.AlternateLookup<ReadOnlySpan<char>> ByText = Meanings.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What a code means: a word, the last part of a problem type's address, or an Amazon type with its namespace.</summary>
    public static bool TryMeaning(ReadOnlySpan<char> code, out BodyMeaning meaning)
    {
        if (code.Length > MaxLength)
        {
            meaning = default;
            return false;
        }

        var isAddress = code.StartsWith("http");
        var end = isAddress ? -1 : code.IndexOf(':');
        code = (end < 0 ? code : code[..end]).TrimEnd('/');
        code = code[(code.LastIndexOfAny('#', isAddress ? '/' : '#') + 1)..].Trim();
        return ByText.TryGetValue(code, out meaning);
    }

    /// <summary>Google's names of quotas say what window they have: <c>GenerateRequestsPerDayPerProjectPerModel-FreeTier</c>.</summary>
    public static bool TryQuota(ReadOnlySpan<char> quotaId, out BodyMeaning meaning)
    {
        meaning = quotaId.Contains("PerDay", StringComparison.OrdinalIgnoreCase) ? UsedUpAtGoogle : Limited;
        return meaning.Kind == ResponseKind.Exhausted || quotaId.Contains("PerMinute", StringComparison.OrdinalIgnoreCase);
    }

    private static FrozenDictionary<string, BodyMeaning> Table()
    {
        var table = new Dictionary<string, BodyMeaning>(StringComparer.OrdinalIgnoreCase);
        Add(Limited,
            "rate_limit_exceeded", "rate_limit_error", "rate_limit", "rate_limited", "ratelimited", "ratelimit", "throttled", "throttledRequest", "too_many_requests", "tooManyRequests",
            "rateLimitExceeded", "userRateLimitExceeded", "rate-limit-exceeded", "RESOURCE_EXHAUSTED", "E0000047", "activityLimitReached", "quota-exceeded", "abnormal-usage-detected",
            "SECONDLY", "TEN_SECONDLY_ROLLING", "message_limit_exceeded");
        Add(Limited,
            "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException", "ProvisionedThroughputExceededException",
            "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete");
        Add(Unpaid, "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error", "insufficient_credits", "insufficient_balance");
        Add(UsedUp, "usage-capped", "REQUEST_LIMIT_EXCEEDED");
        Add(UsedUpAtGoogle, "quotaExceeded", "dailyLimitExceeded");
        Add(UsedUpToday, "DAILY");
        Add(Refused,
            "invalid_api_key", "authentication_error", "account_deactivated", "API_KEY_INVALID", "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
            "invalid_authentication", "UNAUTHENTICATED");
        Add(Forbidden, "permission_error", "forbidden", "PERMISSION_DENIED", "insufficientPermissions", "access_denied");
        Add(Overloaded, "overloaded_error", "service_overload", "server_overloaded", "engine_overloaded", "temporary-reduced-capacity", "UNAVAILABLE", "ServiceUnavailableException", "slow_down");
        return table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

        void Add(BodyMeaning meaning, params ReadOnlySpan<string> codes)
        {
            foreach (var code in codes)
            {
                table.Add(code, meaning);
            }
        }
    }
}
