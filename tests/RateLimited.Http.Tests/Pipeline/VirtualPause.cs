using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Pipeline;

internal static class VirtualPause
{
    /// <summary>A pause that ends on the thread that moves time or cancels: Task.Delay hops to the pool when it is cancelled.</summary>
    public static async Task PauseAsync(this ManualTimeProvider time, TimeSpan after, CancellationToken token = default)
    {
        if (after == TimeSpan.Zero)
        {
            return;
        }

        var done = new TaskCompletionSource();
        await using var timer = time.CreateTimer(_ => done.TrySetResult(), state: null, after, Timeout.InfiniteTimeSpan);
        await using var registration = token.UnsafeRegister(_ => done.TrySetCanceled(token), state: null);
        await done.Task.ConfigureAwait(false);
    }
}
