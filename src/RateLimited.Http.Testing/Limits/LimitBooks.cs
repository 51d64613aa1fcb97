using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Limits;

/// <summary>The books of one limit for one of those whom it counts separately. Immutable.</summary>
/// <param name="Limit">The limit's name.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="CountedFor">For whom, as text; keys are called by the order in which they came. Empty where all share it.</param>
/// <param name="Quota">How much it allows.</param>
/// <param name="Report">The figures.</param>
public sealed record LimitBooks(string Limit, string Unit, string CountedFor, long Quota, LimitReport Report);
