using System.Diagnostics;

namespace RateLimited.Http.Dashboard.Tests.Monitoring;

/// <summary>Waits for what other processes bring about in their own time.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public static Task HoldsAsync(Func<Task<bool>> condition, string what) => HoldsAsync(condition, () => what);

    /// <param name="condition">What is waited for.</param>
    /// <param name="what">What it is in words, at the time when nobody waits for it any more.</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what)
    {
        for (var began = Stopwatch.GetTimestamp(); !await condition();)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                Assert.Fail($"Within {Patience} it did not come about that {what()}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
