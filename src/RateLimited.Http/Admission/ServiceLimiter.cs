using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>
/// A service's admission: the thin shell that moves requests between the store, which decides, and the waiting line, which orders. It holds the line's lock, sets its one timer, and
/// completes waiters outside the lock. Thread-safe.
/// </summary>
internal sealed partial class ServiceLimiter : IDisposable
{
    private readonly InProcessStore _store;
    private readonly BoundService _service;
    private readonly WaitingLine _line;
    private readonly TicketPool _pool = new();
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private readonly IDisposable _observation;
    private long _timerDue = LimitRule.Never;
    private int _inFlight;
    private bool _isDisposed;

    public ServiceLimiter(ServiceDefinition definition, InProcessStore store, ServiceTelemetry telemetry)
    {
        _store = store;
        Telemetry = telemetry;
        _service = new BoundService(definition, store);
        _line = new WaitingLine(definition.Queue);
        _timer = store.Clock.Time.CreateTimer(static limiter => ((ServiceLimiter)limiter!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _observation = telemetry.Observe(GetStatus);
        store.Register(this);
    }

    public string Service => Definition.Name;

    public ServiceDefinition Definition => _service.Definition;

    public RateLimitMode Mode => Definition.Mode;

    public TimeProvider Time => _store.Clock.Time;

    public ServiceTelemetry Telemetry { get; }

    /// <summary>The request's answer has begun: feeds the measured arrival guard, and dates the charge anew if the request was held up longer than that allows for.</summary>
    public void ObserveAnswer(AdmissionTicket ticket)
    {
        if (_service.ObserveLatency(_store.Clock.Now - ticket.ChargedAt))
        {
            _store.Redate(ticket);
        }
    }

    /// <summary>Admits a request, in line if need be. The ticket must be completed or given back exactly once.</summary>
    /// <exception cref="RateLimitRejectedException">It was refused.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while it waited.</exception>
    public ValueTask<AdmissionTicket> AdmitAsync(in AdmissionRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ticket = Resolve(request);
        if (_line.Count == 0 && !_isDisposed && _store.Admit(ticket).IsAdmitted)
        {
            Interlocked.Increment(ref _inFlight);
            Telemetry.Checked(CheckResult.Admitted);
            return new ValueTask<AdmissionTicket>(ticket);
        }

        return Mode == RateLimitMode.Enforce ? WaitInLine(ticket, cancellationToken) : new ValueTask<AdmissionTicket>(PassThrough(ticket));
    }

    /// <summary>The same, blocking the thread while the request waits: for callers that are synchronous themselves.</summary>
    public AdmissionTicket Admit(in AdmissionRequest request, CancellationToken cancellationToken)
    {
        var admission = AdmitAsync(request, cancellationToken);
#pragma warning disable VSTHRD002 // The caller asked for a synchronous send; tickets complete on the pool, never on the blocked thread.
        return admission.IsCompletedSuccessfully ? admission.Result : admission.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Takes a new definition: limits keep their state, and whoever waits is asked for anew by it.</summary>
    public void Apply(ServiceDefinition next)
    {
        AdmissionTicket? done;
        lock (_lock)
        {
            var dropped = default(IReadOnlyList<BoundLimit>);
            _store.Change(() => dropped = _service.Apply(next));
            foreach (var limit in dropped!)
            {
                limit.Table?.Dispose();
            }

            _line.Rebuild(next.Queue, ticket =>
            {
                var request = ticket.Request;
                ticket.Unresolve();
                ticket.Resolve(this, _service.PlanOf(request), request);
            });
            done = next.Mode == RateLimitMode.Enforce ? Look() : LetEverybodyGo();
        }

        CompleteAll(done);
    }

    /// <summary>The request has ended.</summary>
    public void End(AdmissionTicket ticket, bool giveBack)
    {
        Interlocked.Decrement(ref _inFlight);
        var loosened = giveBack || ticket.HoldsConcurrency || ticket.IsSettled ? _store.Settle(ticket, giveBack) : Loosened.Nobody;
        if (loosened != Loosened.Nobody && _line.Count > 0)
        {
            Wake(ticket);
        }

        if (loosened == Loosened.Everybody)
        {
            _store.WakeAll();
        }

        ticket.Unresolve();
        _pool.Return(ticket);
    }

    /// <summary>The caller of a waiting request gave it up.</summary>
    public void Cancel(AdmissionTicket ticket, CancellationToken cancellationToken)
    {
        AdmissionTicket? done;
        lock (_lock)
        {
            if (!_line.Remove(ticket))
            {
                return;
            }

            done = Look();
        }

        ticket.Unresolve();
        ticket.Fail(new OperationCanceledException(cancellationToken));
        CompleteAll(done);
    }

    /// <summary>Looks whether somebody may go, because of what a request has released.</summary>
    public void Wake(AdmissionTicket? released = null)
    {
        if (_line.Count == 0)
        {
            return;
        }

        AdmissionTicket? done;
        lock (_lock)
        {
            _line.Loosen();
            foreach (ref var charge in released is null ? default : released.Charges)
            {
                _line.Loosen(charge.Partition);
            }

            done = Look();
        }

        CompleteAll(done);
    }

    public void Dispose()
    {
        var left = new List<AdmissionTicket>();
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            while (_line.TakeAny() is { } ticket)
            {
                left.Add(ticket);
            }
        }

        _store.Unregister(this);
        _timer.Dispose();
        _observation.Dispose();
        _service.Dispose();
        foreach (var ticket in left)
        {
            ticket.Unresolve();
            ticket.Fail(Rejection(RejectionReason.Disposed, limit: null, retryAfter: null));
        }
    }

    private AdmissionTicket Resolve(in AdmissionRequest request)
    {
        var ticket = _pool.Rent();
        ticket.Resolve(this, Mode == RateLimitMode.Disabled ? _service.NoPlan : _service.PlanOf(request), request);
        return ticket;
    }

    /// <summary>The request goes whatever the limits say, and they count it if they are only watched.</summary>
    private AdmissionTicket PassThrough(AdmissionTicket ticket)
    {
        if (Mode == RateLimitMode.DryRun)
        {
            _store.Force(ticket);
            Telemetry.Checked(CheckResult.DryRun);
        }
        else
        {
            Telemetry.Checked(CheckResult.Bypassed);
        }

        Interlocked.Increment(ref _inFlight);
        return ticket;
    }

    private ValueTask<AdmissionTicket> WaitInLine(AdmissionTicket ticket, CancellationToken cancellationToken)
    {
        AdmissionTicket? done;
        lock (_lock)
        {
            if (Refuse(ticket) is { } refusal)
            {
                ticket.Unresolve();
                return ValueTask.FromException<AdmissionTicket>(refusal);
            }

            done = MakeRoom(ticket);
            if (ReferenceEquals(done, ticket))
            {
                return ValueTask.FromException<AdmissionTicket>(RefuseFull(ticket));
            }

            // What stands in line is kept: the caller's list may change meanwhile.
            ticket.KeepCosts();
            ticket.Span = Telemetry.StartWait(ticket.Request.Priority);
            if (_line.Add(ticket, _store.Clock.Now, TimeoutOf(ticket.Request)))
            {
                done = Look(done);
            }
            else
            {
                SetTimer();
            }
        }

        CompleteAll(done);
        var admission = ticket.Await();
        ticket.Watch(cancellationToken);
        return admission;
    }

    /// <summary>Why a request need not even join the line, or null. Under the lock.</summary>
    private RateLimitRejectedException? Refuse(AdmissionTicket ticket)
    {
        if (_isDisposed)
        {
            return Rejection(RejectionReason.Disposed, limit: null, retryAfter: null);
        }

        if (ticket.FirstExceeded() is { } tooSmall)
        {
            return Rejection(RejectionReason.CostExceedsQuota, tooSmall.Limit.Definition.Name, retryAfter: null);
        }

        var timeout = TimeoutOf(ticket.Request);
        if (timeout == LimitRule.Never)
        {
            return null;
        }

        var now = _store.Clock.Now;
        var projected = _store.Project(ticket, _line);
        var tooLate = projected.Earliest != LimitRule.Never && projected.Earliest - now > timeout;
        if (!tooLate && (timeout > 0 || projected.IsAdmitted))
        {
            return null;
        }

        var reason = timeout == 0 ? RejectionReason.LimitReached : RejectionReason.Timeout;
        return Rejection(reason, projected.Refused?.Limit.Definition.Name, WaitOf(projected, now));
    }

    /// <summary>Drops waiters until the line has room. Returns those dropped, or the newcomer itself when it has to go instead. Under the lock.</summary>
    private AdmissionTicket? MakeRoom(AdmissionTicket ticket)
    {
        AdmissionTicket? dropped = null;
        while (!_line.HasRoomFor(ticket))
        {
            var victim = _line.Queue.Overflow == QueueOverflow.DropLowestPriority ? _line.NewestBelow(ticket.Request.Priority) : null;
            if (victim is null)
            {
                CompleteAll(dropped);
                return ticket;
            }

            _line.Remove(victim);
            victim.Outcome = new LineStep(victim, RejectionReason.Displaced);
            victim.NextDone = dropped;
            dropped = victim;
        }

        return dropped;
    }

    private RateLimitRejectedException RefuseFull(AdmissionTicket ticket)
    {
        var projected = _store.Project(ticket, _line);
        ticket.Unresolve();
        return Rejection(RejectionReason.QueueFull, projected.Refused?.Limit.Definition.Name, WaitOf(projected, _store.Clock.Now));
    }

    private void OnTimer()
    {
        AdmissionTicket? done;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _timerDue = LimitRule.Never;
            done = Look();
        }

        CompleteAll(done);
    }

    /// <summary>Takes everybody out of the line who goes or gives up now, and sets the timer for the next. Under the lock.</summary>
    private AdmissionTicket? Look(AdmissionTicket? done = null)
    {
        var now = _store.Clock.Now;
        while (_line.Next(_store, now) is { Ticket: { } ticket } step)
        {
            ticket.Outcome = step;
            ticket.NextDone = done;
            done = ticket;
        }

        // Whoever gives up is asked last: at the instant that is both its turn and its deadline, it goes.
        while (_line.TakeExpired(now) is { } expired)
        {
            expired.Outcome = new LineStep(expired, RejectionReason.Timeout);
            expired.NextDone = done;
            done = expired;
        }

        SetTimer();
        return done;
    }

    /// <summary>Nothing is enforced any more. Under the lock.</summary>
    private AdmissionTicket? LetEverybodyGo()
    {
        AdmissionTicket? done = null;
        while (_line.TakeAny() is { } ticket)
        {
            _store.Force(ticket);
            ticket.Outcome = new LineStep(ticket, RejectionReason.None);
            ticket.NextDone = done;
            done = ticket;
        }

        return done;
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

    /// <summary>Tells those who left the line what became of them, in the order they left. Never under the lock.</summary>
    private void CompleteAll(AdmissionTicket? done)
    {
        AdmissionTicket? inOrder = null;
        while (done is not null)
        {
            (done.NextDone, inOrder, done) = (inOrder, done, done.NextDone);
        }

        while (inOrder is not null)
        {
            var ticket = inOrder;
            inOrder = ticket.NextDone;
            ticket.NextDone = null;
            Complete(ticket);
        }
    }

    private void Complete(AdmissionTicket ticket)
    {
        var outcome = ticket.Outcome;
        var waited = _store.Clock.Now - ticket.Place.Since;
        if (outcome.Reason == RejectionReason.None)
        {
            Interlocked.Increment(ref _inFlight);
            Telemetry.Waited(ticket.Request.Priority, new TimeSpan(Math.Max(waited, 0)));
            Telemetry.Checked(CheckResult.Waited);
            ticket.Span.End();
            ticket.Grant();
            return;
        }

        ticket.Span.End();
        var limit = outcome.Refused?.Limit.Definition.Name;
        ticket.Unresolve();
        ticket.Fail(Rejection(outcome.Reason, limit, retryAfter: null));
    }

    private long TimeoutOf(in AdmissionRequest request)
    {
        var timeout = request.Timeout ?? _line.Queue.Timeout;
        return timeout < TimeSpan.Zero ? LimitRule.Never : timeout.Ticks;
    }

    private RateLimitRejectedException Rejection(RejectionReason reason, string? limit, TimeSpan? retryAfter)
    {
        Telemetry.Checked(CheckResult.Refused);
        Telemetry.Refused(reason, limit);
        return new RateLimitRejectedException(Service, reason, limit, retryAfter);
    }

    private static TimeSpan? WaitOf(in Decision decision, long now) =>
        decision.Earliest == LimitRule.Never ? null : new TimeSpan(Math.Max(decision.Earliest - now, 0));
}
