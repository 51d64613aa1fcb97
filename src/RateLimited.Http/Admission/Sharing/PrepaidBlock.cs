namespace RateLimited.Http.Admission.Sharing;

/// <summary>Some of a limit that was granted at once.</summary>
/// <param name="Amount">How much of it is there.</param>
/// <param name="Receipt">What the store knows it by.</param>
/// <param name="Until">Until when it may be spent as of when it was granted.</param>
/// <param name="Ends">Until when it is kept: what is spent between the two is counted anew.</param>
internal record struct PrepaidBlock(long Amount, long Receipt, long Until, long Ends);
