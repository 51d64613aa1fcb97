namespace RateLimited.Http.Admission;

/// <summary>What is known, once a request has been answered, of when it arrived.</summary>
/// <param name="HeldUp">
/// For how long it may have been held up on its way, in ticks, where that is more than what a limit may be padded by: what took longer was the upstream's work.
/// </param>
/// <param name="BeforeAnswer">How long before its answer it arrived at least, in ticks. The shortest way there is part of it: that puts all arrivals forward alike, and so changes nothing.</param>
/// <param name="IsFirst">Whether no request of the service was answered before it, so that none is known to have arrived before it was answered.</param>
internal readonly record struct ArrivalBounds(long HeldUp, long BeforeAnswer, bool IsFirst = false);
