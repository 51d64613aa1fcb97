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
}
