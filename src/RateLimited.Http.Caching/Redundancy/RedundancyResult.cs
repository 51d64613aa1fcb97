namespace RateLimited.Http.Caching.Redundancy;

/// <summary>What was found of a request: the values of a tag.</summary>
internal static class RedundancyResult
{
    public const string New = "new";
    public const string Repeated = "repeated";

    /// <summary>Its body is long or can be read but once.</summary>
    public const string Unread = "unread";

    /// <summary>A share of requests stands for all, and it is none of them.</summary>
    public const string NotLookedAt = "not_looked_at";

    public static readonly string[] All = [New, Repeated, Unread, NotLookedAt];
}
