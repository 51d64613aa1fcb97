using RateLimited.Http.Admission;

namespace RateLimited.Http.Tests.Simulation;

/// <summary>Tickets for those who never wait.</summary>
internal static class Tickets
{
    /// <summary>A ticket, or null and for how long to wait in ticks where that is known.</summary>
    public static AdmissionTicket? TryTicket(this ServiceLimiter limiter, out long? wait)
    {
        wait = null;
        var admission = limiter.AdmitAsync(new AdmissionRequest { Timeout = TimeSpan.Zero }, CancellationToken.None);
        if (admission.IsCompletedSuccessfully)
        {
#pragma warning disable VSTHRD103 // It has completed.
            return admission.Result;
#pragma warning restore VSTHRD103
        }

        wait = (admission.AsTask().Exception!.InnerException as RateLimitRejectedException)?.RetryAfter?.Ticks;
        return null;
    }
}
