namespace RateLimited.Http.Configuration;

/// <summary>Another package that reads a section of its own in <c>RateLimiting</c>. All of them are registered with the container, so that a section that nobody reads is found.</summary>
/// <param name="Key">The key of the section; one of <see cref="RateLimitingOptionsReader.Keys"/>.</param>
internal sealed record PackageSection(string Key);
