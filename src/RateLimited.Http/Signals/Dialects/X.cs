using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>X: per endpoint, an epoch; a day's limits of the app and the user beside the window's.</summary>
internal static class X
{
    public static HeaderDialect Dialect { get; } = new("x")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", ValueFormat.EpochSeconds),
            new(HeaderField.Limit, "x-app-limit-24hour-limit") { Limit = "app-24hour", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Remaining, "x-app-limit-24hour-remaining") { Limit = "app-24hour", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Reset, "x-app-limit-24hour-reset", ValueFormat.EpochSeconds) { Limit = "app-24hour", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Limit, "x-user-limit-24hour-limit") { Limit = "user-24hour", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Remaining, "x-user-limit-24hour-remaining") { Limit = "user-24hour", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Reset, "x-user-limit-24hour-reset", ValueFormat.EpochSeconds) { Limit = "user-24hour", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Limit, "x-app-rate-limit-limit") { Limit = "app", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Remaining, "x-app-rate-limit-remaining") { Limit = "app", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Reset, "x-app-rate-limit-reset", ValueFormat.EpochSeconds) { Limit = "app", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Limit, "x-mediaratelimit-limit") { Limit = "media" },
            new(HeaderField.Remaining, "x-mediaratelimit-remaining") { Limit = "media" },
            new(HeaderField.Reset, "x-mediaratelimit-reset", ValueFormat.EpochSeconds) { Limit = "media" },
            new(HeaderField.Bucket, "x-mediaratelimit-class"),
        ],
        LimitScope = ResponseScope.Endpoint,
        Statuses = [new(420, ResponseKind.Limited, ResponseScope.Endpoint)],
    };
}
