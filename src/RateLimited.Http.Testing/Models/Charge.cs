namespace RateLimited.Http.Testing.Models;

/// <summary>What was counted for one request.</summary>
/// <param name="At">When it came, by the monotonic clock.</param>
/// <param name="Amount">How much of the unit, as it stands after corrections.</param>
internal readonly record struct Charge(TimeSpan At, long Amount);
