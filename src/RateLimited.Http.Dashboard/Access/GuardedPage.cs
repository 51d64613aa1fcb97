namespace RateLimited.Http.Dashboard.Access;

/// <summary>Marks a route of ours, about which it must be decided who may see it.</summary>
/// <param name="Path">Where it was mapped.</param>
internal sealed record GuardedPage(string Path);
