using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>Moving the waiting line: looking who may go, setting the timer for the next, telling those who left it.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>How many leave the line under one hold of its lock: few enough to be told while they are still in the cache, and not to keep newcomers waiting.</summary>
    private const int MostAtOnce = 128;

    /// <summary>When somebody joins who never gives up: it is only asked how old it is, and mostly that is only asked to let it rise.</summary>
    private long TimeOfJoining => Telemetry.MeasuresWaits ? _store.Clock.Now : _store.Clock.Roughly;

    /// <summary>Holds the line's lock. Those who came meanwhile stand in line.</summary>
    private Lock.Scope HoldLine()
    {
        var scope = _lock.EnterScope();
        if (_newcomers.IsOpen)
        {
            _newcomers.Close(_line);
        }

        return scope;
    }

    /// <summary>Joins those who may stand in line without its lock, where they are let in: a ticket for one permit, whatever the endpoint and without a tenant; else null.</summary>
    public AdmissionTicket? TryJoinNewcomers(CancellationToken cancellationToken)
    {
        if (_newcomers.Plan is not { } plan || ServiceTelemetry.TracesWaits)
        {
            return null;
        }

        var ticket = _pool.Rent();
        ticket.ResolveForGood(plan);
        if (!_newcomers.TryAdd(ticket, TimeOfJoining))
        {
            Abandon(ticket);
            return null;
        }

        ticket.Watch(cancellationToken);
        return ticket;
    }

    private void OnTimer()
    {
        var done = new LeavingTickets();
        using (HoldLine())
        {
            if (_isDisposed)
            {
                return;
            }

            _timerDue = LimitRule.Never;
            Look(ref done);
        }

        CompleteAll(ref done);
    }

    /// <summary>Takes out of the line who goes or gives up now, and sets the timer for the next. Under the lock.</summary>
    private void Look(ref LeavingTickets done)
    {
        var now = _store.Clock.Now;
        var left = MostAtOnce;
        bool hasExpired;
        do
        {
            while (_line.Next(_store, now, left, ref done) is > 0 and var gone)
            {
                left -= gone;
                if (left == 0)
                {
                    done.IsCut = true;
                    return;
                }
            }

            // Whoever gives up is asked last: at the instant that is both its turn and its deadline, it goes. Those behind it are asked once more.
            hasExpired = false;
            while (_line.TakeExpired(now) is { } expired)
            {
                done.Add(expired, RejectionReason.Timeout);
                hasExpired = true;
            }
        }
        while (hasExpired && _line.Count > 0);

        SetTimer();
    }

    /// <summary>Nobody who waits will ever be let go: a shared store says that somebody has made a mistake.</summary>
    public void FailAll(string why, Exception cause)
    {
        var left = new List<AdmissionTicket>();
        using (HoldLine())
        {
            while (_line.TakeAny() is { } ticket)
            {
                left.Add(ticket);
            }
        }

        foreach (var ticket in left)
        {
            ticket.Unresolve();
            ticket.EndSpan();
            ticket.Fail(new RateLimitStoreException(Service, why, cause));
        }
    }

    /// <summary>Nothing is enforced any more. Under the lock.</summary>
    private void LetEverybodyGo(ref LeavingTickets done)
    {
        while (_line.TakeAny() is { } ticket)
        {
            _store.Force(ticket);
            done.Add(ticket);
        }
    }

    /// <summary>Under the lock. A timer that is set too early is left so: it finds nobody and is set again.</summary>
    private void SetTimer()
    {
        var due = _line.NextInstant;
        if (due >= _timerDue)
        {
            return;
        }

        // In whole milliseconds, rounded up, and at most a day ahead.
        var wait = Math.Clamp(due - _store.Clock.Now, 0, TimeSpan.TicksPerDay);
        _timerDue = due;
        _timer.Change(TimeSpan.FromMilliseconds(Saturating.DivideUp(wait, TimeSpan.TicksPerMillisecond)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tells those who left the line what became of them, in the order they left, and lets the rest follow. Never under the lock.</summary>
    private void CompleteAll(ref LeavingTickets done)
    {
        while (done.Count > 0)
        {
            // Once for all of them: whoever goes on on another thread counts itself out at the same place.
            _inFlight.Begin(done.Admitted);
            var now = Telemetry.MeasuresWaits ? _store.Clock.Now : 0;
            for (var i = 0; i < done.Count; i++)
            {
                Complete(done[i], now);
            }

            var isCut = done.IsCut;
            done.Clear();
            if (isCut)
            {
                using (HoldLine())
                {
                    Look(ref done);
                }
            }
        }
    }

    private void Complete(AdmissionTicket ticket, long now)
    {
        if (ticket.Reason == RejectionReason.None)
        {
            Telemetry.Waited(ticket.Priority, new TimeSpan(Math.Max(now - ticket.Place.Since, 0)));
            NoteAdmitted(CheckResult.Waited, ticket);
            ticket.EndSpan();
            ticket.Grant();
            return;
        }

        // Whoever leaves without having been admitted is told what it waited for, and how long it would have had to.
        var projected = ticket.RefusedBy is null && ticket.Reason != RejectionReason.CostExceedsQuota ? _store.Project(ticket, line: null) : Decision.Wait(LimitRule.Never, ticket.RefusedBy);
        ticket.Fail(Refuse(ticket, new Refusal(ticket.Reason, projected.Refused, WaitOf(projected, _store.Clock.Now))));
    }
}
