namespace RateLimited.Http.Caching.Redundancy;

/// <summary>What a request cost that a cache would have answered.</summary>
/// <param name="Units">What it cost of each unit.</param>
/// <param name="Took">How long its caller waited.</param>
/// <param name="MayBeKept">Whether its answer does not forbid to be kept.</param>
internal readonly record struct SavedRequest(IReadOnlyList<KeyValuePair<string, double>> Units, TimeSpan Took, bool MayBeKept);
