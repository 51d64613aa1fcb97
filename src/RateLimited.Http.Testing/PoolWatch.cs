namespace RateLimited.Http.Testing;

/// <summary>Sees whether the thread pool has anything left to do, as far as it tells.</summary>
internal sealed class PoolWatch
{
    private const int Looks = 10;

    // Who hosts the program may hold threads of the pool for good: the fewest that were ever busy are taken for those.
    private int _held = int.MaxValue;

    /// <summary>Ends when nothing waits to run and no thread runs anything that did not always run, when the work has ended, or after the time.</summary>
    public async Task SettleAsync(Task work, TimeSpan most)
    {
        var began = TimeProvider.System.GetTimestamp();
        var looks = _held == int.MaxValue ? Looks : 1;
        do
        {
            await Task.Yield();
        }
        while (!work.IsCompleted && (IsBusy() || --looks > 0) && TimeProvider.System.GetElapsedTime(began) < most);
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
