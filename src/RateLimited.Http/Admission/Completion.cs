namespace RateLimited.Http.Admission;

/// <summary>Where whoever leaves the line goes on.</summary>
internal enum Completion
{
    /// <summary>On the thread pool: nobody's work is done by whoever made room for it.</summary>
    OnThreadPool,

    /// <summary>At once, on the thread that let it go, never under a lock. For simulations, which run on one thread so that they can be repeated.</summary>
    Inline,
}
