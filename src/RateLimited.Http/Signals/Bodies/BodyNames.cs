using System.Text.Json;

namespace RateLimited.Http.Signals.Bodies;

/// <summary>The properties of bodies that say something of limits.</summary>
internal enum BodyName
{
    Unknown,
    Error,
    Errors,

    /// <summary>Holds what is of interest, and is none itself.</summary>
    Container,

    /// <summary>Holds errors beside what was asked for, which is not looked at.</summary>
    Wrapper,
    Code,
    Message,
    QuotaId,
    RetryDelay,
    RetryAfter,
    RetryAfterMilliseconds,
    Global,
    Ok,
    Provider,
    RequestedCost,
    ActualCost,
    Maximum,
    Available,
    RestoreRate,
}

internal static class BodyNames
{
    public static BodyName Of(ref Utf8JsonReader json)
    {
        if (json.ValueIsEscaped)
        {
            return BodyName.Unknown;
        }

        var name = json.ValueSpan;
        return name.Length switch
        {
            2 when name.SequenceEqual("ok"u8) => BodyName.Ok,
            4 when name.SequenceEqual("code"u8) || name.SequenceEqual("type"u8) => BodyName.Code,
            4 when name.SequenceEqual("json"u8) => BodyName.Wrapper,
            4 when name.SequenceEqual("cost"u8) => BodyName.Container,
            5 when name.SequenceEqual("error"u8) || name.SequenceEqual("Error"u8) => BodyName.Error,
            5 when name.SequenceEqual("fault"u8) => BodyName.Container,
            6 when name.SequenceEqual("errors"u8) => BodyName.Errors,
            6 when name.SequenceEqual("status"u8) || name.SequenceEqual("reason"u8) || name.SequenceEqual("__type"u8) => BodyName.Code,
            6 when name.SequenceEqual("global"u8) => BodyName.Global,
            7 when name.SequenceEqual("message"u8) => BodyName.Message,
            7 when name.SequenceEqual("quotaId"u8) => BodyName.QuotaId,
            7 when name.SequenceEqual("details"u8) => BodyName.Container,
            9 when name.SequenceEqual("errorCode"u8) || name.SequenceEqual("errorType"u8) => BodyName.Code,
            10 => Of10(name),
            11 when name.SequenceEqual("retry_after"u8) => BodyName.RetryAfter,
            11 when name.SequenceEqual("restoreRate"u8) => BodyName.RestoreRate,
            13 when name.SequenceEqual("provider_name"u8) => BodyName.Provider,
            14 when name.SequenceEqual("retry_after_ms"u8) => BodyName.RetryAfterMilliseconds,
            15 when name.SequenceEqual("actualQueryCost"u8) => BodyName.ActualCost,
            15 when name.SequenceEqual("additional_data"u8) => BodyName.Container,
            16 when name.SequenceEqual("maximumAvailable"u8) => BodyName.Maximum,
            17 when name.SequenceEqual("rate_limit_reason"u8) || name.SequenceEqual("documentation_url"u8) => name[0] == 'r' ? BodyName.Code : BodyName.Message,
            18 when name.SequenceEqual("requestedQueryCost"u8) => BodyName.RequestedCost,
            18 when name.SequenceEqual("currentlyAvailable"u8) => BodyName.Available,
            _ => BodyName.Unknown,
        };
    }

    private static BodyName Of10(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("retryDelay"u8) ? BodyName.RetryDelay
        : name.SequenceEqual("policyName"u8) ? BodyName.Code
        : name.SequenceEqual("retryAfter"u8) ? BodyName.RetryAfter
        : name.SequenceEqual("extensions"u8) ? BodyName.Container
        : BodyName.Unknown;
}
