namespace RateLimited.Http.History;

/// <summary>One API key at the end of a minute, by its name. Immutable.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="State">How it was.</param>
/// <param name="Requests">How many requests had gone with it since the program started.</param>
public sealed record KeyUsage(string Name, KeyState State, long Requests);
