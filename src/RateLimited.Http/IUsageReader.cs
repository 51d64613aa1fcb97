namespace RateLimited.Http;

/// <summary>
/// Watches the body of one response as it passes to whoever reads it, and tells at its end what the request did cost. It must be quick and keep no more than it needs: it stands in the way
/// of every byte. Called by one thread at a time; what it throws is logged, and the estimate stands.
/// </summary>
public interface IUsageReader
{
    /// <summary>Takes in the next bytes of the body, as they came off the wire: still compressed where nobody below has decompressed them.</summary>
    /// <param name="bytes">The bytes; valid only during the call, and of any number above zero.</param>
    void Read(ReadOnlySpan<byte> bytes);

    /// <summary>The body has ended, or nobody will read more of it. Called once.</summary>
    /// <param name="isComplete">Whether it was read to its end; else it broke off, was given up, or was disposed of before anybody knew that nothing more would come.</param>
    /// <returns>The true costs as far as they are known, by unit; units that are not here, and all where it is null, settle at their estimate.</returns>
    IReadOnlyList<UnitCost>? End(bool isComplete);
}
