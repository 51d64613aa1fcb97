using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What responses tell the limits.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>Corrects the limits by what the response to a request says. The ticket has not been completed.</summary>
    public void Hear(AdmissionTicket ticket, ReadOnlySpan<QuotaReport> reports)
    {
        if (_store.Hear(ticket, reports, (int)Volatile.Read(ref _inFlight.Value)))
        {
            Apply();
        }
        else
        {
            Wake();
        }
    }

    /// <summary>The upstream wants no request of the service for so long; null when it refused one and does not say for how long. All that wait wait for it.</summary>
    public void Pause(AdmissionTicket refused, TimeSpan? wait)
    {
        _store.Pause(refused, wait?.Ticks);
        Wake();
    }
}
