using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Batching;

internal static class BatchClock
{
    /// <summary>Lets time pass until work has ended, a millisecond at a time.</summary>
    public static async Task<T> WithinDeadlineAsync<T>(this Task<T> work, BatchBed bed)
    {
        await Eventually.TrueAsync(() =>
        {
            bed.Time.Advance(BatchBed.Ms(1));
            return work.IsCompleted;
        });
#pragma warning disable VSTHRD003 // It has completed.
        return await work;
#pragma warning restore VSTHRD003
    }
}
