namespace RateLimited.Http.Admission;

/// <summary>Why a key rests, by the numbers that processes tell each other.</summary>
internal enum RestReason
{
    /// <summary>It does not, or not any more.</summary>
    None,

    /// <summary>The upstream wants no request for a while.</summary>
    Limited,

    /// <summary>A quota is used up.</summary>
    Exhausted,

    /// <summary>The upstream did not accept it.</summary>
    Refused,
}

/// <summary>That a key rests, or the quota it draws on.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Until">Until when, as far as is known.</param>
internal readonly record struct KeyRest(RestReason Reason, long Until);
