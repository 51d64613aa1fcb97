namespace RateLimited.Http.AI.Tests;

/// <summary>For work of many seconds on a machine that others use too: a deadline that only a defect reaches.</summary>
internal static class Patience
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    public static async Task<T> WithPatienceAsync<T>(this Task<T> work) => await work.WaitAsync(Longest);
}
