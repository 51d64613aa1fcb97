namespace RateLimited.Http.Caching;

/// <summary>How many requests repeated one that came shortly before.</summary>
/// <param name="Window">How shortly: a minute, ten, an hour, a day.</param>
/// <param name="Share">Which share of all requests, 0 to 1.</param>
public sealed record RepeatShare(TimeSpan Window, double Share);
