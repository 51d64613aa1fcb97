namespace RateLimited.Http.Alerts.Episodes;

/// <summary>One moment on both clocks: durations are counted by the one that never jumps, and people are told the other.</summary>
/// <param name="Elapsed">Since the watch began.</param>
/// <param name="Wall">What the clock on the wall shows.</param>
internal readonly record struct Moment(TimeSpan Elapsed, DateTimeOffset Wall);
