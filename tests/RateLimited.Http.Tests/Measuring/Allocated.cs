namespace RateLimited.Http.Tests.Measuring;

/// <summary>
/// The bytes that something allocates on its own thread. A collection in the middle, of what other tests leave behind, shows on this account as a few kilobytes, and so does a method that is compiled
/// anew: neither happens each time, so the least of several passes counts.
/// </summary>
internal static class Allocated
{
    private const int Passes = 20;

    public static long By(Action pass)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Passes && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            pass();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>The same in ten passes of so many operations, all of which are made: for what counts them.</summary>
    public static long ByEach(int operations, Action<int> pass)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            pass(operations);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
