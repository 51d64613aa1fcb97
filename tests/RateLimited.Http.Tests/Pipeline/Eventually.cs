using System.Runtime.CompilerServices;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Waits for what another thread or process brings about, and fails after a deadline that only a defect reaches.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Deadline, what);
            await Task.Delay(1);
        }
    }

    /// <summary>Runs work that can only end if the code under test works, but not for ever.</summary>
    public static async Task<T> WithinDeadlineAsync<T>(this Task<T> work) => await work.WaitAsync(Deadline);

    public static async Task WithinDeadlineAsync(this Task work) => await work.WaitAsync(Deadline);

    /// <summary>The cancellation that ends the work, as its caller gets it: assertions on tasks make one of their own.</summary>
#pragma warning disable VSTHRD003 // Tests have no context to lock.
    public static async Task<TaskCanceledException> CancelledAsync(this Task work)
    {
        try
        {
            await work;
        }
        catch (TaskCanceledException canceled)
        {
            return canceled;
        }

        throw new Xunit.Sdk.XunitException("It was not cancelled.");
    }
#pragma warning restore VSTHRD003
}
