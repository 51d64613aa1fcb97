using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Providers;

/// <summary>What a provider grants to one kind of its customers.</summary>
/// <param name="Name">Its name, empty where there is but one kind or its figures are an example.</param>
/// <param name="Limits">Its limits.</param>
internal sealed record Tier(string Name, IReadOnlyList<UpstreamLimit> Limits);
