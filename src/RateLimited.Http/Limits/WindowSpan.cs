namespace RateLimited.Http.Limits;

/// <summary>One window of a limit, and what counts in it.</summary>
/// <param name="Begin">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Used">How much is used of it.</param>
/// <param name="IsOpen">Whether it has begun, or will by itself: one that begins at first use has not before.</param>
internal readonly record struct WindowSpan(long Begin, long End, long Used, bool IsOpen);
