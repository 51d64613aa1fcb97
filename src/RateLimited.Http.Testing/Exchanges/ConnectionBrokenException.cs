namespace RateLimited.Http.Testing.Exchanges;

/// <summary>The schedule of faults has the connection break here. Caught by whoever holds the connection.</summary>
internal sealed class ConnectionBrokenException() : Exception("The connection broke, as the schedule of faults has it.");
