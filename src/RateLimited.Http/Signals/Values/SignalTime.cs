namespace RateLimited.Http.Signals.Values;

/// <summary>A time as an upstream wrote it: a wait, or an instant by its clock.</summary>
/// <param name="Ticks">The wait, or the instant in ticks of <see cref="DateTime"/>.</param>
/// <param name="IsAbsolute">It is an instant.</param>
/// <param name="IsBare">It is a number where a duration with its unit was expected: read as seconds, and not sure.</param>
internal readonly record struct SignalTime(long Ticks, bool IsAbsolute = false, bool IsBare = false);
