namespace RateLimited.Http.Testing;

/// <summary>Sees whether the thread pool has anything left to do, as far as it tells.</summary>
internal sealed class PoolWatch
{
    /// <summary>For how long it is looked at first whether threads that are busy always are: one that only waits for a processor of a busy machine would be taken for one.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(200);

    // Who hosts the program may hold threads of the pool for good: the fewest that were ever busy are taken for those.
    private int _held = int.MaxValue;

    /// <summary>Ends when nothing waits to run and no thread runs anything that did not always run, when the work has ended, or after the time.</summary>
    public async Task SettleAsync(Task work, TimeSpan most)
    {
        var began = TimeProvider.System.GetTimestamp();
        var isFirst = _held == int.MaxValue;
        bool isBusy;
        do
        {
            await Task.Yield();
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            isBusy = (IsBusy() || (isFirst && _held > 0 && elapsed < FirstLook)) && elapsed < most;
        }
        while (isBusy && !work.IsCompleted);
    }

    private bool IsBusy()
    {
        ThreadPool.GetMaxThreads(out var all, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        var others = all - free - (Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
        _held = Math.Min(_held, others);
        return ThreadPool.PendingWorkItemCount > 0 || others > _held;
    }
}
