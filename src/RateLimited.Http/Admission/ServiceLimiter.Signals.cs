using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What responses tell the limits.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>Until when somebody may keep a distance because of a warning.</summary>
    private long _slowedUntil;

    /// <summary>Requests go through a client from now on, so that what their responses say will be heard: only then is it worth waiting for.</summary>
    public void ExpectAnswers()
    {
        var isNews = false;
        _store.Change(() => isNews = _service.ExpectAnswers());
        if (isNews)
        {
            Apply();
        }
    }

    /// <summary>
    /// The request's answer has begun: feeds the measured arrival guard, dates the charge by it, and corrects the limits by what it says. The ticket has not been completed.
    /// </summary>
    public void Answered(AdmissionTicket ticket, ReadOnlySpan<QuotaReport> reports, long at)
    {
        var guard = _service.Guard;
        var bounds = _service.ObserveLatency(at - ticket.ChargedAt, ticket.ChargedAt);
        var isDated = _service.IsGuardMeasured && (ticket.Plan.IsDatedByAnswers || bounds.IsFirst);
        if (!reports.IsEmpty)
        {
            Hear(_store.Answer(ticket, at, isDated, bounds, reports, (int)_inFlight.Value));
        }
        else if (isDated)
        {
            _store.Answer(ticket, at, isDated: true, bounds, [], inFlight: 0);

            // What is known to have arrived early expires early.
            Wake();
        }
        else if (_service.Guard < guard)
        {
            // Whoever waits may go earlier than it was told.
            Wake();
        }
    }

    /// <summary>All that an answer says has been taken in: those go on who waited for the first one.</summary>
    public void HeardFirst(AdmissionTicket ticket)
    {
        if (ticket.Plan.AsksFirst && _store.HeardFirst(ticket))
        {
            Apply();
        }
    }

    /// <summary>The upstream wants no request of the service for so long; null when it refused one and does not say for how long. What is guessed is doubled each time it was too short. All that wait wait for it.</summary>
    public void Pause(AdmissionTicket refused, TimeSpan? wait, bool isGuessed = false)
    {
        _store.Pause(refused, wait?.Ticks, isGuessed);
        Wake();
    }

    /// <summary>A quota of the whole service is used up until so long from now; null when nobody says when it returns.</summary>
    public void Exhaust(AdmissionTicket refused, TimeSpan? wait)
    {
        _store.Exhaust(refused, wait?.Ticks);
        Wake();
    }

    /// <summary>The upstream wants no request for so long to the endpoint that one was refused by, with the key that it went with; null when it does not say for how long.</summary>
    public void PauseEndpoint(AdmissionTicket refused, TimeSpan? wait) => Hear(_store.PauseEndpoint(refused, wait?.Ticks));

    /// <summary>A quota of that endpoint is used up until so long from now; null when nobody says when it returns.</summary>
    public void ExhaustEndpoint(AdmissionTicket refused, TimeSpan? wait) => Hear(_store.ExhaustEndpoint(refused, wait?.Ticks));

    /// <summary>
    /// A response warns without figures: a limit is near, the upstream is loaded, or it punishes. Those whom it concerns keep a distance until none warns any more: all, or those to its endpoint
    /// with its key.
    /// </summary>
    public void Slow(AdmissionTicket warned, int strain, bool isOfEndpoint, long now)
    {
        Volatile.Write(ref _slowedUntil, Saturating.Add(now, Slowdown.Memory));
        if (_store.Slow(warned, strain, _inFlight.Value, isOfEndpoint))
        {
            Apply();
        }
    }

    /// <summary>Whether somebody may keep a distance because of a warning.</summary>
    public bool IsSlowed(long now) => now < Volatile.Read(ref _slowedUntil);

    /// <summary>A response warns of nothing.</summary>
    public void Ease(AdmissionTicket answered, long now)
    {
        if (IsSlowed(now))
        {
            _store.Ease(answered);
        }
    }

    private void Hear(bool hasLearned)
    {
        if (hasLearned)
        {
            Apply();
        }
        else
        {
            Wake();
        }
    }
}
