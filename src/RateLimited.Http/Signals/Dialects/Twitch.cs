namespace RateLimited.Http.Signals.Dialects;

/// <summary>Twitch: the drafts' names with an epoch.</summary>
internal static class Twitch
{
    public static HeaderDialect Dialect { get; } = new("twitch")
    {
        Rules =
        [
            .. HeaderDialect.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", ValueFormat.EpochSeconds),
        ],
    };
}
