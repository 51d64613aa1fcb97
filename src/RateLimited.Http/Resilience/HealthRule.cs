namespace RateLimited.Http.Resilience;

/// <summary>How a service is asked whether it is well. Immutable.</summary>
/// <param name="Client">The name of the client that asks; null for the one of the service's name.</param>
/// <param name="Address">What is asked for, absolute or below the client's base address.</param>
/// <param name="Interval">How long between two answers and questions.</param>
/// <param name="Timeout">How long an answer may take.</param>
/// <param name="FailuresToOpen">How many must fail one after the other before nothing else is sent.</param>
/// <param name="SuccessesToClose">How many must succeed one after the other before everything is again.</param>
internal sealed record HealthRule(string? Client, Uri Address, TimeSpan Interval, TimeSpan Timeout, int FailuresToOpen, int SuccessesToClose);
