namespace RateLimited.Http.Signals.Dialects;

/// <summary>Salesforce: used and quota of the day, of the organisation and of the app.</summary>
internal static class Salesforce
{
    public static HeaderDialect Dialect { get; } = new("salesforce")
    {
        Rules =
        [
            new(HeaderField.UsedOfLimit, "sforce-limit-info") { Limit = "api-usage", Window = TimeSpan.FromDays(1) },
        ],
    };
}
