using System.Runtime.ExceptionServices;
using System.Threading.RateLimiting;
using System.Threading.Tasks.Sources;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>Waiting for a ticket: its caller, the token that the caller may give up by, and what becomes of it.</summary>
internal sealed partial class AdmissionTicket : IValueTaskSource<AdmissionTicket>, IValueTaskSource<RateLimitLease>
{
    private Awaited _leaving;
    private CancellationTokenRegistration _registration;
    private short _version;
    private byte _reason;
    private bool _isCancelled;
    private bool _isHeldByToken;
    private readonly bool _goesOnInline;

    /// <summary>A ticket that was not used yet.</summary>
    public AdmissionTicket(Completion completion = Completion.OnThreadPool) => _goesOnInline = completion == Completion.Inline;

    private Completion Completion => _goesOnInline ? Completion.Inline : Completion.OnThreadPool;

    /// <summary>Why it left the line; <see cref="RejectionReason.None"/> when it was admitted.</summary>
    public RejectionReason Reason => (RejectionReason)_reason;

    /// <summary>The partition for whose sake it was refused.</summary>
    public Partition? RefusedBy => _details?.RefusedBy;

    /// <summary>Whether it gives up some time.</summary>
    public bool HasDeadline => _details is { HasDeadline: true };

    /// <summary>How often a limit of its own has held it up after it was its turn.</summary>
    public int Bounces => _details?.Bounces ?? 0;

    /// <summary>When it joined its present class.</summary>
    public long InClassSince => _details is { RisenAt: > 0 and var risenAt } ? risenAt : Place.Since;

    /// <summary>
    /// Reads a word of each of the cache lines that letting the ticket go needs. Who waited for long has gone cold: what is asked for early, and for many at a time, comes from memory
    /// side by side while others are let go.
    /// </summary>
    public void Fetch()
    {
        Volatile.Read(in _details);
        Volatile.Read(in Place.Since);
        _ = _leaving.IsDone;
    }

    /// <summary>Waits until the ticket has left the line. Once.</summary>
    public ValueTask<AdmissionTicket> Await() => new(this, _version);

    /// <summary>The same for who wants a lease of permits, and a refusal as a lease that was not acquired.</summary>
    public ValueTask<RateLimitLease> AwaitPermits() => new(this, _version);

    public void Watch(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _registration = cancellationToken.UnsafeRegister(
            static (ticket, _) => ((AdmissionTicket)ticket!).Leave(),
            this);
        if (_registration == default && cancellationToken.IsCancellationRequested)
        {
            // It was cancelled just before, and there is no registration to tell by which token.
            Details.CancelledBy = cancellationToken;
        }
    }

    /// <summary>Its time in line is over.</summary>
    public void EndSpan() => _details?.Span.End();

    /// <summary>The same for one that is refused.</summary>
    public void EndSpan(RejectionReason reason) => _details?.Span.End(reason);

    /// <summary>The request is about to be sent: the span of that is current until <see cref="LeaveAttempt"/>.</summary>
    public void BeginAttempt(string service)
    {
        if (ServiceTelemetry.TracesWaits)
        {
            Details.Span = TicketSpan.StartAttempt(service, Key?.Chosen?.Name);
        }
        else if (_details is { } details)
        {
            details.Span = default;
        }
    }

    /// <summary>The request is on its way.</summary>
    public void LeaveAttempt() => _details?.Span.Leave();

    /// <summary>The request was answered, or will not be.</summary>
    public void EndAttempt(AttemptResult result) => _details?.Span.End(result);

    /// <summary>Notes why it leaves the line without being admitted.</summary>
    public void RefuseFor(RejectionReason reason, Partition? refusedBy)
    {
        _reason = (byte)reason;
        if (refusedBy is not null)
        {
            Details.RefusedBy = refusedBy;
        }
    }

    public void Grant() => _leaving.Set(Completion);

    public void Fail(Exception exception)
    {
        Details.Failure = exception;
        _leaving.Set(Completion);
    }

    /// <summary>As failing, but the exception is made by whoever is told, on its own time.</summary>
    public void Cancel()
    {
        _isCancelled = true;
        _leaving.Set(Completion);
    }

    /// <summary>Readies the ticket for its next use. Returns false if somebody may still hold on to it.</summary>
    public bool TryReset()
    {
        StopWatching();
        Place = default;
        _details?.Clear();
        (_priority, _isParticular, _isCancelled, _reason) = (0, false, false, (byte)RejectionReason.None);
        IsForGood = false;
        _leaving.Reset();
        _version++;
        return !_isHeldByToken;
    }

    AdmissionTicket IValueTaskSource<AdmissionTicket>.GetResult(short token)
    {
        Finish(token);
        if (_details?.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return this;
    }

    ValueTaskSourceStatus IValueTaskSource<AdmissionTicket>.GetStatus(short token)
    {
        Check(token);
        return !_leaving.IsDone ? ValueTaskSourceStatus.Pending
            : _isCancelled ? ValueTaskSourceStatus.Canceled
            : _details?.Failure is null ? ValueTaskSourceStatus.Succeeded
            : ValueTaskSourceStatus.Faulted;
    }

    void IValueTaskSource<AdmissionTicket>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        _leaving.Await(continuation, state, flags, Completion);
    }

    RateLimitLease IValueTaskSource<RateLimitLease>.GetResult(short token)
    {
        Finish(token);
        if (_details?.Failure is not { } failure)
        {
            return PermitLease.Of(this);
        }

        if (failure is not RateLimitRejectedException refusal)
        {
            ExceptionDispatchInfo.Throw(failure);
            return null!;
        }

        return Owner.RefusedBy(refusal);
    }

    ValueTaskSourceStatus IValueTaskSource<RateLimitLease>.GetStatus(short token)
    {
        Check(token);
        return !_leaving.IsDone ? ValueTaskSourceStatus.Pending
            : _isCancelled ? ValueTaskSourceStatus.Canceled
            : _details?.Failure is null or RateLimitRejectedException ? ValueTaskSourceStatus.Succeeded
            : ValueTaskSourceStatus.Faulted;
    }

    void IValueTaskSource<RateLimitLease>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        _leaving.Await(continuation, state, flags, Completion);
    }

    private void Check(short token)
    {
        if (token != _version)
        {
            throw new InvalidOperationException("A request's admission is awaited once.");
        }
    }

    /// <summary>The caller goes on.</summary>
    private void Finish(short token)
    {
        Check(token);
        if (!_leaving.IsDone)
        {
            throw new InvalidOperationException("The request waits.");
        }

        if (_isCancelled)
        {
            var cancelledBy = _registration == default ? Details.CancelledBy : _registration.Token;
            StopWatching();
            throw new OperationCanceledException(cancelledBy);
        }

        StopWatching();
    }

    /// <summary>A token whose callback is already running still holds the ticket, which then must not be used again.</summary>
    private void StopWatching()
    {
        if (_registration != default)
        {
            _isHeldByToken |= !_registration.Unregister();
            _registration = default;
        }
    }

    private void Leave() => Owner.Cancel(this);
}
