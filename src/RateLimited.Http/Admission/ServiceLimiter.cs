using RateLimited.Http.Admission.Sharing;
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
    private readonly Newcomers _newcomers = new();
    private readonly TicketPool _pool;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private readonly IDisposable _observation;
    private long _timerDue = LimitRule.Never;
    private readonly InFlightCount _inFlight = new();
    private bool _isDisposed;

    public ServiceLimiter(ServiceDefinition definition, InProcessStore store, ServiceTelemetry telemetry, Completion completion = Completion.OnThreadPool, ISharedStore? shared = null)
    {
        _store = store;
        _pool = new TicketPool(completion);
        Telemetry = telemetry;
        _service = new BoundService(definition, store, shared is null ? null : service => new SharedService(shared, store, service, telemetry, completion: completion)) { Owner = this };
        _line = new WaitingLine(definition.Queue);
        if (_service.Shared is { } others)
        {
            others.Attach(() => Wake(), FailAll, () => _line.Count, () => Apply());
        }

        _timer = store.Clock.Time.CreateTimer(static limiter => ((ServiceLimiter)limiter!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _observation = telemetry.Observe(GetStatus);
        store.Register(this);
        BeginKeeping();
    }

    public string Service => Definition.Name;

    public ServiceDefinition Definition => _service.Definition;

    public RateLimitMode Mode => Definition.Mode;

    public TimeProvider Time => _store.Clock.Time;

    /// <summary>The present by the clock that requests are charged by.</summary>
    public long Now => _store.Clock.Now;

    /// <summary>The present give or take a tick of the coarse clock, at a quarter of the price.</summary>
    public long Roughly => _store.Clock.Roughly;

    /// <summary>The timestamp that this clock counts from.</summary>
    public long Origin => _store.Clock.Origin;

    public ServiceTelemetry Telemetry { get; }

    /// <summary>Admits a request, in line if need be. The ticket must be completed or given back exactly once.</summary>
    /// <exception cref="RateLimitRejectedException">It was refused.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while it waited.</exception>
    public ValueTask<AdmissionTicket> AdmitAsync(in AdmissionRequest request, CancellationToken cancellationToken) => AdmitAsync(request, LimitRule.Never, cancellationToken);

    /// <summary>Admits a request that has so many ticks left, whatever it may wait in line otherwise. One that would have to wait longer is refused at once.</summary>
    public ValueTask<AdmissionTicket> AdmitAsync(in AdmissionRequest request, long left, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ticket = Resolve(request, out var hasGone);
        if (hasGone || TryGo(ticket))
        {
            return new ValueTask<AdmissionTicket>(ticket);
        }

        return WaitInLine(ticket, request.Timeout, left, cancellationToken) is { } refusal ? ValueTask.FromException<AdmissionTicket>(refusal) : ticket.Await();
    }

    /// <summary>The same, blocking the thread while the request waits: for callers that are synchronous themselves.</summary>
    public AdmissionTicket Admit(in AdmissionRequest request, long left, CancellationToken cancellationToken)
    {
        var admission = AdmitAsync(request, left, cancellationToken);
#pragma warning disable VSTHRD002 // The caller asked for a synchronous send; tickets complete on the pool, never on the blocked thread.
        return admission.IsCompletedSuccessfully ? admission.Result : admission.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>The request has ended.</summary>
    public void End(AdmissionTicket ticket, bool giveBack)
    {
        _inFlight.End();
        NoteUnheard(ticket);
        if (ticket.IsSettled && !giveBack && Telemetry.HearsCosts)
        {
            NoteSettled(ticket.Charges);
        }

        Wake(giveBack || ticket.HoldsConcurrency || ticket.IsSettled || (ticket.Plan.IsReported && !ticket.IsHeardWhole) ? _store.Settle(ticket, giveBack) : Loosened.Nobody, ticket);
        ticket.Unresolve();
        _pool.Return(ticket);
    }

    /// <summary>The caller of a request that has ended says what it cost.</summary>
    public void Settle(EndedCharges ended, in UnitCost actual) => Wake(_store.Settle(ended, actual), released: null);

    /// <summary>The caller of a waiting request gave it up.</summary>
    public void Cancel(AdmissionTicket ticket)
    {
        var done = new LeavingTickets();
        using (HoldLine())
        {
            if (!_line.Remove(ticket, out var madeWay))
            {
                return;
            }

            if (madeWay)
            {
                Look(ref done);
            }
        }

        ticket.Unresolve();
        ticket.EndSpan();
        ticket.Cancel();
        CompleteAll(ref done);
    }

    /// <summary>Looks whether somebody may go, because of what a request has released; null: because anything may have changed.</summary>
    public void Wake(AdmissionTicket? released = null)
    {
        if (_line.Count == 0)
        {
            return;
        }

        var done = new LeavingTickets();
        using (HoldLine())
        {
            if (released is null)
            {
                _line.LoosenAll();
            }
            else
            {
                _line.Loosen(released);
            }

            Look(ref done);
        }

        CompleteAll(ref done);
    }

    public void Dispose()
    {
        var left = new List<AdmissionTicket>();
        using (HoldLine())
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
            ticket.Fail(Refuse(ticket, new Refusal(RejectionReason.Disposed)));
        }
    }

    /// <summary>Lets a request go that need not wait: nobody stands before it and there is room, or nothing is enforced.</summary>
    private bool TryGo(AdmissionTicket ticket)
    {
        if (_line.Count == 0 && !_isDisposed && _store.Admit(ticket).IsAdmitted)
        {
            _inFlight.Begin();
            NoteAdmitted(CheckResult.Admitted, ticket);
            return true;
        }

        if (Mode == RateLimitMode.Enforce)
        {
            return false;
        }

        PassThrough(ticket);
        return true;
    }

    /// <summary>The request goes whatever the limits say, and they count it if they are only watched.</summary>
    private void PassThrough(AdmissionTicket ticket)
    {
        if (Mode == RateLimitMode.DryRun)
        {
            _store.Force(ticket);
            NoteAdmitted(CheckResult.DryRun, ticket);
        }
        else
        {
            // It may have been resolved just before the limits were disabled: what was not charged must not be released.
            ticket.Unresolve();
        }

        _inFlight.Begin();
    }

    /// <summary>Puts a ticket into line, to be awaited by the caller. Returns why it is refused, or null.</summary>
    private RateLimitRejectedException? WaitInLine(AdmissionTicket ticket, TimeSpan? timeout, long left, CancellationToken cancellationToken)
    {
        // What stands in line is kept: the caller's list may change meanwhile.
        ticket.KeepCosts();
        if (ServiceTelemetry.TracesWaits)
        {
            ticket.Details.Span = Telemetry.StartWait(ticket.Priority);
        }

        var done = new LeavingTickets();
        Refusal? refusal;
        using (HoldLine())
        {
            refusal = Join(ticket, Math.Min(TicksOf(timeout ?? _line.Queue.Timeout), left), ref done);
        }

        if (done.Count > 0)
        {
            CompleteAll(ref done);
        }

        if (refusal is not null)
        {
            _store.WantWritten(ticket);
            return Refuse(ticket, refusal);
        }

        ticket.Watch(cancellationToken);
        return null;
    }

    /// <summary>Puts a request into line, or says why it need not even join. Under the lock.</summary>
    private Refusal? Join(AdmissionTicket ticket, long timeout, ref LeavingTickets done)
    {
        if (_isDisposed)
        {
            return new Refusal(RejectionReason.Disposed);
        }

        var now = timeout == LimitRule.Never ? TimeOfJoining : _store.Clock.Now;
        if (ticket.FirstExceeded() is { } tooSmall)
        {
            return new Refusal(RejectionReason.CostExceedsQuota, tooSmall);
        }

        if (timeout == 0)
        {
            return GoAtOnce(ticket, now, ref done);
        }

        if ((timeout != LimitRule.Never || ticket.Key is not null) && _store.Project(ticket, _line) is var projected && IsTooFar(projected, now, timeout))
        {
            return new Refusal(RejectionReason.Timeout, projected.Refused, WaitOf(projected, now));
        }

        if (!TryMakeRoom(ticket, ref done))
        {
            projected = _store.Project(ticket, _line);
            return new Refusal(RejectionReason.QueueFull, projected.Refused, WaitOf(projected, _store.Clock.Now));
        }

        if (_line.Add(ticket, now, timeout) || done.Count > 0)
        {
            Look(ref done);
        }
        else if (timeout != LimitRule.Never && _line.NextInstant < _timerDue)
        {
            // Nothing else has become due earlier by the newcomer.
            SetTimer();
        }

        if (_line.OpenLane is { Plan: { Shared: not null } plan } && ReferenceEquals(plan, _service.DefaultPlan))
        {
            _newcomers.Open(plan, _line.Room, _line.NextRise);
        }

        return null;
    }

    /// <summary>Whether it is known that the wait would be longer than it may be; keys that must be replaced are waited for by nobody.</summary>
    private static bool IsTooFar(in Decision projected, long now, long timeout) =>
        projected.Earliest == LimitRule.Never ? projected.Refused is { Limit.Scope: LimitScope.KeyHealth } : timeout != LimitRule.Never && projected.Earliest - now > timeout;


    /// <summary>As whoever tries: it may go before those in line that wait for something it does not need. Under the lock.</summary>
    private Refusal? GoAtOnce(AdmissionTicket ticket, long now, ref LeavingTickets done)
    {
        var projected = _store.Project(ticket, _line);
        projected = projected.IsAdmitted ? _store.Admit(ticket) : projected;
        if (!projected.IsAdmitted)
        {
            _store.PassBy(ticket);
            return new Refusal(RejectionReason.LimitReached, projected.Refused, WaitOf(projected, now));
        }

        ticket.Place.Since = now;
        done.Add(ticket);
        return null;
    }

    /// <summary>Drops waiters of lower priority until the line has room, if that helps. Under the lock.</summary>
    private bool TryMakeRoom(AdmissionTicket ticket, ref LeavingTickets dropped)
    {
        if (_line.HasRoomFor(ticket))
        {
            return true;
        }

        if (_line.Queue.Overflow != QueueOverflow.DropLowestPriority || !_line.WouldHaveRoomFor(ticket))
        {
            return false;
        }

        while (!_line.HasRoomFor(ticket) && _line.NewestBelow(ticket.Priority) is { } victim)
        {
            _line.Remove(victim, out _);
            dropped.Add(victim, RejectionReason.Displaced);
        }

        return true;
    }

    private static long TicksOf(TimeSpan timeout) => timeout < TimeSpan.Zero ? LimitRule.Never : timeout.Ticks;

    /// <summary>Lets go of a request that is refused. Never under the lock: whoever listens to metrics and logs is called.</summary>
    private RateLimitRejectedException Refuse(AdmissionTicket ticket, Refusal refusal)
    {
        var (reason, limit) = Told(refusal.Reason, refusal.Partition);
        ticket.Unresolve();
        ticket.EndSpan(reason);
        NoteRefused(reason, limit, refusal.Partition, ticket);
        return new RateLimitRejectedException(Service, reason, limit, refusal.Wait);
    }

    private static TimeSpan? WaitOf(in Decision decision, long now) =>
        decision.Earliest == LimitRule.Never ? null : new TimeSpan(Math.Max(decision.Earliest - now, 0));

    private sealed record Refusal(RejectionReason Reason, Partition? Partition = null, TimeSpan? Wait = null);
}
