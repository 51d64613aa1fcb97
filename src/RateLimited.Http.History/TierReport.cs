namespace RateLimited.Http.History;

/// <summary>Whether a provider's tier would carry what was used. Immutable.</summary>
/// <param name="Preset">The provider, by its preset's name.</param>
/// <param name="Tier">The tier; null where the provider has only one.</param>
/// <param name="Fits">Whether what was used is at most four fifths of each quota of it that it can be compared with.</param>
/// <param name="PeakShare">The largest share of any quota of it that was used.</param>
/// <param name="Limit">The limit of the tier that has the least room.</param>
/// <param name="Compared">How many of its limits there is a recorded limit of the same unit, window and endpoint for.</param>
/// <param name="IsBest">Whether it is the one that fits with the least to spare.</param>
public sealed record TierReport(string Preset, string? Tier, bool Fits, double PeakShare, string Limit, int Compared, bool IsBest);
