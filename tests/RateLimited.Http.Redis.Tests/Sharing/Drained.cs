namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Uses quotas up. What decides is that a limit says so, whose window is of an hour or more, and never how slow the machine is.</summary>
internal static class Drained
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    /// <summary>Whether one more goes. One that might have gone, had it waited for longer, is a fault.</summary>
    public static async Task<bool> TryAsync(IServiceRateLimiter process, CancellationToken token, string? tenant = null)
    {
        try
        {
            (await process.AcquireAsync(new AdmissionRequest { Tenant = tenant, Timeout = Patience }, token)).Dispose();
            return true;
        }
        catch (RateLimitRejectedException refused)
        {
            refused.RetryAfter.ShouldNotBeNull($"{refused.Message} Nobody said that the quota is used up.");
            return false;
        }
    }

    /// <summary>How many go until the quota is used up.</summary>
    public static async Task<int> CountAsync(IServiceRateLimiter process, CancellationToken token)
    {
        var went = 0;
        while (await TryAsync(process, token))
        {
            went++;
        }

        return went;
    }
}
