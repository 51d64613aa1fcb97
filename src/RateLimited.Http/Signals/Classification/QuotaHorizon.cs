namespace RateLimited.Http.Signals.Classification;

/// <summary>When a quota that is used up returns.</summary>
internal enum QuotaHorizon
{
    /// <summary>Nobody says: probe at long intervals.</summary>
    Unknown,

    /// <summary>After the verdict's wait.</summary>
    Wait,

    /// <summary>At midnight in Pacific time, as Google counts.</summary>
    PacificMidnight,

    /// <summary>At midnight where the account is, as HubSpot counts.</summary>
    AccountMidnight,

    /// <summary>With the next period of billing.</summary>
    Billing,
}
