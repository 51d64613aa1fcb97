namespace RateLimited.Http.Redis.Connection;

/// <summary>
/// Goes on away from the client's threads. StackExchange.Redis 1.2.6 completes tasks on the thread that reads answers, or on the only one that hands them out: whoever went on there and waited for another
/// answer of the same connection, if only by closing it, would wait for itself.
/// </summary>
internal static class Elsewhere
{
#pragma warning disable VSTHRD003 // The callers have just started it.
    public static async Task<T> GoOnAsync<T>(Task<T> asked)
    {
        try
        {
            return await asked.ConfigureAwait(false);
        }
        finally
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    public static async Task GoOnAsync(Task asked)
    {
        try
        {
            await asked.ConfigureAwait(false);
        }
        finally
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }
#pragma warning restore VSTHRD003
}
