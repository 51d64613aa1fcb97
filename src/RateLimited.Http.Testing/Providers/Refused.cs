namespace RateLimited.Http.Testing.Providers;

/// <summary>How a provider refuses: the status and the body.</summary>
internal readonly record struct Refused(int Status, string Body, string ContentType = "application/json");
