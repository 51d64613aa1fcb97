using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Watches over the body of a response until it ends, and lets go then of what it holds. A read for which no byte comes in time is broken off, and so is a body that is not whole in
/// time. One that nobody reads is closed if it holds a place that others wait for; else it can be read on. Nothing is timed while bytes come and nothing is held. Thread-safe.
/// </summary>
internal sealed class BodyWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ServiceLimiter _limiter;
    private readonly HttpContent _body;
    private readonly BodyLease? _lease;
    private readonly long _began;
    private BodyPatience _patience;
    private ITimer? _timer;
    private CancellationTokenSource? _closing;
    private BodyReport? _report;
    private long _lastByte;
    private int _reads;
    private int _blocked;
    private int _handing;
    private bool _isArmed;
    private bool _isReadersFault;
    private bool _endsWithCall;
    private BodyState _closedFor;
    private BodyOutcome _outcome;

    public BodyWatch(ServiceLimiter limiter, HttpContent body, BodyPatience patience, BodyLease? lease = null)
    {
        _limiter = limiter;
        _body = body;
        _patience = patience;
        _lease = lease;
        _began = limiter.Now;
        _lastByte = _began;
        if (lease is not null || patience.Whole != Timeout.InfiniteTimeSpan)
        {
            lock (_lock)
            {
                Arm_NeedsLock();
            }
        }
    }

    /// <summary>When the call's total time is over, in ticks of the limiter's clock.</summary>
    public long CallEndsAt { get; init; } = LimitRule.Never;

    private bool HoldsPlace => _lease is { HoldsPlace: true };

    /// <summary>Tells somebody how the body ends, at once if it has.</summary>
    public void Tell(BodyReport report)
    {
        BodyOutcome outcome;
        lock (_lock)
        {
            _report = report;
            outcome = _outcome;
        }

        if (outcome != BodyOutcome.None)
        {
            report.Ended(outcome);
        }
    }

    /// <summary>Refuses to open a body that was closed.</summary>
    /// <exception cref="IOException">The body was closed.</exception>
    public void ThrowIfClosed()
    {
        lock (_lock)
        {
            ThrowIfClosed_NeedsLock();
        }
    }

    /// <summary>The body is read into memory as a whole, as it is before an HttpClient hands over a response: then the call has not ended before it, and its total time holds.</summary>
    public void BeginBuffering()
    {
        lock (_lock)
        {
            var left = CallEndsAt == LimitRule.Never ? Timeout.InfiniteTimeSpan : new TimeSpan(Math.Max(CallEndsAt - _began, 0));
            _patience = _patience.Within(left, out var isSooner);
            _endsWithCall |= isSooner;
            if (isSooner && _isArmed)
            {
                Arm_NeedsLock();
            }
        }
    }

    /// <summary>Begins a read that can be broken off.</summary>
    /// <exception cref="IOException">The body was closed.</exception>
    public BodyRead BeginRead(CancellationToken cancellationToken)
    {
        CancellationTokenSource closing;
        lock (_lock)
        {
            ThrowIfClosed_NeedsLock();
            _reads++;
            closing = _closing ??= new CancellationTokenSource();
        }

        return new BodyRead(cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), closing), closing.Token);
    }

    /// <summary>Begins a read that blocks.</summary>
    /// <exception cref="IOException">The body was closed.</exception>
    public void BeginBlocking()
    {
        lock (_lock)
        {
            ThrowIfClosed_NeedsLock();
            _blocked++;
            Wait_NeedsLock();
        }
    }

    /// <summary>A read that has begun waits for bytes.</summary>
    public void Wait()
    {
        lock (_lock)
        {
            Wait_NeedsLock();
        }
    }

    /// <summary>Notes that bytes came, without ending the read.</summary>
    public void Progress(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            ThrowIfClosed_NeedsLock();
            _lastByte = _limiter.Now;
        }

        _lease?.Read(bytes);
    }

    /// <summary>Whoever takes the bytes takes long: as long as that lasts nobody waits for more of them.</summary>
    public void BeginHanding()
    {
        lock (_lock)
        {
            _handing++;
        }
    }

    /// <summary>It has taken them, or has failed: then the exception to come is not the upstream's.</summary>
    public void EndHanding(bool isReadersFault)
    {
        lock (_lock)
        {
            _handing--;
            _isReadersFault |= isReadersFault;
            Wait_NeedsLock();
        }
    }

    /// <summary>The body is read from another place: what comes is not what comes next.</summary>
    public void Moved() => _lease?.Moved();

    /// <summary>Ends a read that succeeded.</summary>
    /// <param name="read">The read that began, or null for one that blocked.</param>
    /// <param name="isEnd">Whether the body has no more.</param>
    /// <param name="bytes">What it brought.</param>
    /// <exception cref="IOException">The body was closed meanwhile: what the read brought must not be trusted.</exception>
    public void EndRead(BodyRead? read, bool isEnd, ReadOnlySpan<byte> bytes)
    {
        Leave(read);
        Progress(bytes);
        if (isEnd)
        {
            End(BodyOutcome.Ended, isComplete: true);
        }
    }

    /// <summary>Ends a read that failed. Returns the exception that says it better, or null to throw the original.</summary>
    public Exception? Fail(BodyRead? read, Exception exception, CancellationToken cancellationToken)
    {
        var closedFor = Leave(read);
        if (closedFor != BodyState.GoesOn)
        {
            // Who closed it says how it ended.
            return Closed(closedFor, exception);
        }

        var isCancelled = exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
        End(!isCancelled && !_isReadersFault && exception is IOException or HttpRequestException ? BodyOutcome.Broken : BodyOutcome.GivenUp, isComplete: false);
        return isCancelled ? new OperationCanceledException(exception.Message, exception, cancellationToken) : null;
    }

    /// <summary>The reader has enough of it.</summary>
    public void Dispose() => End(BodyOutcome.Ended, isComplete: false);

    private void End(BodyOutcome outcome, bool isComplete)
    {
        BodyReport? report;
        lock (_lock)
        {
            if (_outcome != BodyOutcome.None)
            {
                return;
            }

            _outcome = outcome;
            report = _report;
        }

        _timer?.Dispose();
        _lease?.End(isComplete);
        if (outcome is BodyOutcome.Broken or BodyOutcome.Stalled or BodyOutcome.TooLong)
        {
            _limiter.Telemetry.Resilience.BodyFailed((int)outcome - (int)BodyOutcome.Broken);
        }

        report?.Ended(outcome);
    }

    private BodyState Leave(BodyRead? read)
    {
        // Waits for a cancellation that is just happening, so that it cannot hit the next read.
        read?.Registration.Dispose();
        lock (_lock)
        {
            _reads -= read is null ? 0 : 1;
            _blocked -= read is null ? 1 : 0;

            // A source that broke a read off is spent, and a stream that survives the cancellation of one read can be read on.
            if (_closedFor == BodyState.GoesOn && _closing is { IsCancellationRequested: true })
            {
                _closing = null;
            }

            return _closedFor;
        }
    }

    private void Wait_NeedsLock()
    {
        if (!HoldsPlace)
        {
            // Who takes long between two reads keeps nobody waiting: only the read is timed.
            _lastByte = _limiter.Now;
        }

        if (!_isArmed)
        {
            Arm_NeedsLock();
        }
    }

    private void Arm_NeedsLock()
    {
        if (_outcome != BodyOutcome.None)
        {
            return;
        }

        var state = Look_NeedsLock(out var next);
        SetTimer_NeedsLock(state == BodyState.TooLong ? TimeSpan.Zero : next);
    }

    private BodyState Look_NeedsLock(out TimeSpan next)
    {
        var now = _limiter.Now;
        return _patience.Look(new TimeSpan(now - _began), new TimeSpan(now - _lastByte), _reads + _blocked > _handing, HoldsPlace, out next);
    }

    private void SetTimer_NeedsLock(TimeSpan next)
    {
        _isArmed = next != Timeout.InfiniteTimeSpan;
        if (!_isArmed)
        {
            return;
        }

        // Armed only once it can be reached from its own callback. Timers count whole milliseconds: up, or the last fraction of one would fire without end.
        _timer ??= _limiter.Time.CreateTimer(static watch => ((BodyWatch)watch!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(next.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Fire()
    {
        BodyState state;
        bool isRead, isWaited;
        lock (_lock)
        {
            if (_outcome != BodyOutcome.None)
            {
                return;
            }

            state = Look_NeedsLock(out var next);
            (isRead, isWaited) = (_reads > 0, _reads + _blocked > _handing);
            if (state is BodyState.GoesOn or BodyState.Unread)
            {
                SetTimer_NeedsLock(next);
            }
            else
            {
                _closedFor = state;
            }
        }

        switch (state)
        {
            case BodyState.GoesOn:
                break;
            case BodyState.Unread:
                // It is only its cost that is not waited for any longer.
                _lease?.End(isComplete: false);
                break;
            default:
                Close(isRead);
                End(OutcomeOf(state, isWaited), isComplete: false);
                break;
        }
    }

    /// <summary>Who is to blame: the upstream only where somebody waited for bytes. Of the call's own time nobody knows what took it.</summary>
    private BodyOutcome OutcomeOf(BodyState state, bool isWaited)
    {
        if (state == BodyState.Abandoned)
        {
            _limiter.Telemetry.BodyAbandoned();
        }

        return state == BodyState.Stalled ? BodyOutcome.Stalled : state == BodyState.TooLong && isWaited && !_endsWithCall ? BodyOutcome.TooLong : BodyOutcome.GivenUp;
    }

    private void Close(bool isRead)
    {
        try
        {
            if (isRead)
            {
                // Not disposed: SocketsHttpHandler would drain the stream beside the read that is under way, and both would share one buffer.
                _closing!.Cancel();
            }
            else
            {
                // A read that blocks has no token. It fails when the drain gives up (ResponseDrainTimeout), as it does when HttpClient.Timeout ends a synchronous send, and
                // what it may bring till then is thrown away.
                _body.Dispose();
            }
        }
#pragma warning disable CA1031 // Foreign code on a timer's thread: what it throws would end the process, and what is held has to be let go whatever it does.
        catch
#pragma warning restore CA1031
        {
        }
    }

    private void ThrowIfClosed_NeedsLock()
    {
        if (_closedFor != BodyState.GoesOn)
        {
            throw Closed(_closedFor, inner: null);
        }
    }

    private Exception Closed(BodyState state, Exception? inner)
    {
        if (state == BodyState.TooLong && _endsWithCall)
        {
            return TimedOut.OfBody(inner);
        }

        var message = state switch
        {
            BodyState.Stalled => FormattableString.Invariant($"The response body was broken off: no byte of it came for {_patience.Idle.TotalSeconds:0.###} s (BodyIdleTimeout)."),
            BodyState.TooLong => FormattableString.Invariant($"The response body was broken off: it was not whole after {_patience.Whole.TotalSeconds:0.###} s (BodyTimeout)."),
            _ => FormattableString.Invariant($"The response body was closed: no byte of it was read for {_patience.Idle.TotalSeconds:0.###} s (BodyIdleTimeout)."),
        };
        return new IOException(message, new TimeoutException(message, inner));
    }
}

/// <summary>One read of a body that is under way.</summary>
/// <param name="Registration">Ties the reader's token to this read's.</param>
/// <param name="Token">Is cancelled by the reader's own token or when the body is closed.</param>
internal readonly record struct BodyRead(CancellationTokenRegistration Registration, CancellationToken Token);
