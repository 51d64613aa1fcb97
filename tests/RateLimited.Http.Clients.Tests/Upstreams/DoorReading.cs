namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>What an upstream's limit says to one request.</summary>
/// <param name="IsOpen">Whether the request may enter.</param>
/// <param name="Limit">The quota.</param>
/// <param name="Remaining">What is left of it now.</param>
/// <param name="UntilFull">In how much time the quota is whole again.</param>
/// <param name="UntilNext">In how much time one request may enter.</param>
internal readonly record struct DoorReading(bool IsOpen, int Limit, int Remaining, TimeSpan UntilFull, TimeSpan UntilNext);
