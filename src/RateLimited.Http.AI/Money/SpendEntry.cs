using RateLimited.Http.AI.Usage;

namespace RateLimited.Http.AI.Money;

/// <summary>One answered request, as the ledger takes it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Price">The name that its price stands under, which is one of a closed set; null where it has none.</param>
/// <param name="Usage">What it used.</param>
/// <param name="Usd">What that cost.</param>
/// <param name="Tenant">Whom it was made for, or null.</param>
/// <param name="Key">The name of the key that it was made with, or null.</param>
internal readonly record struct SpendEntry(string Model, string? Price, TokenUsage Usage, decimal Usd, string? Tenant, string? Key);
