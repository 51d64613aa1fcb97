namespace RateLimited.Http.History;

/// <summary>What became of requests within an hour, at an hour of the day or on a day of the week. Immutable.</summary>
/// <param name="Name">The hour or the day: <c>2026-11-26T14</c>, <c>14</c> or <c>Thursday</c>.</param>
/// <param name="Minutes">How many minutes of it are known.</param>
/// <param name="Requests">What became of its requests.</param>
/// <param name="PeakShare">The largest share of any limit's quota that was used, 1 for all of it.</param>
public sealed record TimeCounts(string Name, int Minutes, RequestCounts Requests, double PeakShare);
