namespace RateLimited.Http.Limits;

/// <summary>What a state holds beside its own words, and knows how much memory that takes.</summary>
internal interface ISized
{
    /// <summary>What it takes on the heap, with all that nobody else holds.</summary>
    long Bytes { get; }
}
