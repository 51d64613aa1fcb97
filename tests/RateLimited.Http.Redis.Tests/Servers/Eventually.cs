using System.Diagnostics;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>Waits for what real servers and sockets bring about in their own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task Holds(Func<bool> condition, string what) => HoldsAsync(() => Task.FromResult(condition()), what);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        for (var began = Stopwatch.GetTimestamp(); !await condition();)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                Assert.Fail($"Within {Patience} it did not come about that {what}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
