using System.Runtime.CompilerServices;

namespace RateLimited.Http.Clients.Tests.Watching;

/// <summary>Waits for what another thread brings about, and fails after a deadline that only a defect reaches.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Deadline, what);
            await Task.Delay(1);
        }
    }
}
