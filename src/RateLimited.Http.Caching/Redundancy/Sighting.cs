namespace RateLimited.Http.Caching.Redundancy;

/// <summary>What was found of a request that is looked at.</summary>
/// <param name="Weight">How many requests it stands for.</param>
/// <param name="SinceLast">How long ago the same came last; null for the first.</param>
/// <param name="Saved">Which of <see cref="Lifetimes.Tried"/> would have answered it, a bit for each.</param>
internal readonly record struct Sighting(double Weight, TimeSpan? SinceLast, int Saved);
