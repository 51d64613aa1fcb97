namespace RateLimited.Http.Arena.Upstreams;

/// <summary>What requests of the arena carry.</summary>
internal static class ArenaHeaders
{
    public const string Key = "x-api-key";
    public const string OurKey = "client";
    public const string StrangersKey = "stranger";
    public const string Tokens = "x-tokens";
}
