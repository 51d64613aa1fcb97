namespace RateLimited.Http.Configuration;

/// <summary>Another package that has a section of its own in <c>RateLimiting</c>, and reads it itself. Registered with the container.</summary>
/// <param name="Name">The key of the section; one of <see cref="RateLimitingOptionsReader.Keys"/>.</param>
internal sealed record RootSection(string Name);
