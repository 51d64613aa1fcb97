namespace RateLimited.Http.Testing;

/// <summary>An upstream's books are not as a test said they should be. The message says it in a sentence, and the books follow it.</summary>
public sealed class UpstreamAssertionException(string message) : Exception(message);
