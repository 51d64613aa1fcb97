namespace RateLimited.Http.Caching.Answering;

/// <summary>What became of a request that others wait for.</summary>
internal enum FlightEnd
{
    /// <summary>Its answer is kept: those who wait find it.</summary>
    Kept,

    /// <summary>There is none for others: each asks for itself.</summary>
    NotKept,

    /// <summary>Its caller gave it up: another takes its place.</summary>
    GivenUp,
}
