namespace RateLimited.Http.Keys;

/// <summary>A request was not sent, because its key could not go with it.</summary>
internal sealed class KeyNotCarriedException(string message) : InvalidOperationException(message);
