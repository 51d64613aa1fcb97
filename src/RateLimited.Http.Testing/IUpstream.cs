using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing;

/// <summary>An upstream that keeps books: in memory or behind a socket. Thread-safe.</summary>
public interface IUpstream
{
    /// <summary>The books as they stand, or as they were closed.</summary>
    UpstreamBooks Books { get; }

    /// <summary>How many requests are on their way or being answered.</summary>
    int Inside { get; }

    /// <summary>Ends the measured time: what arrives later is decided and answered as before, and not in the books. A second time does nothing.</summary>
    void CloseBooks();
}
