using RateLimited.Http.Admission;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// The lease that a response's body carries. It ends exactly once: when the body has been read to its end, was disposed, failed, or when nobody read a byte of it for
/// the idle timeout. In the last case the body is closed if it holds a place that others wait for, so that a read under way fails; else it can be read on. Thread-safe.
/// </summary>
internal sealed class BodyLease : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AdmissionTicket _ticket;
    private readonly ServiceLimiter _limiter;
    private readonly HttpContent _body;
    private readonly CostTail _tail;
    private readonly bool _closesIdle;
    private readonly TimeSpan _idleTimeout;
    private readonly ITimer _timer;
    private CancellationTokenSource _closing = new();
    private long _lastByte;
    private int _reads;
    private bool _isAbandoned;
    private bool _hasEnded;

    public BodyLease(AdmissionTicket ticket, ServiceLimiter limiter, HttpContent body, TimeSpan idleTimeout, CostTail tail = default)
    {
        _ticket = ticket;
        _limiter = limiter;
        _body = body;
        _tail = tail;
        _closesIdle = ticket.HoldsConcurrency;
        _idleTimeout = idleTimeout;
        _lastByte = limiter.Time.GetTimestamp();

        // Armed only once it can be reached from its own callback.
        _timer = limiter.Time.CreateTimer(static lease => ((BodyLease)lease!).Watch(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(idleTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Refuses to open a body that was closed.</summary>
    /// <exception cref="IOException">The body was closed because nobody read it.</exception>
    public void ThrowIfAbandoned()
    {
        lock (_lock)
        {
            ThrowIfAbandoned_NeedsLock();
        }
    }

    /// <summary>Begins a read that can be broken off.</summary>
    /// <exception cref="IOException">The body was closed because nobody read it.</exception>
    public BodyRead BeginRead(CancellationToken cancellationToken)
    {
        CancellationTokenSource closing;
        lock (_lock)
        {
            ThrowIfAbandoned_NeedsLock();
            _reads++;
            closing = _closing;
        }

        return new BodyRead(cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), closing), closing.Token);
    }

    /// <summary>Notes that bytes came, without ending the read.</summary>
    public void Progress(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            ThrowIfAbandoned_NeedsLock();
            _lastByte = _limiter.Time.GetTimestamp();
        }

        _tail.Usage?.Read(bytes);
    }

    /// <summary>The body is read from another place: what comes is not what comes next.</summary>
    public void Moved() => _tail.Usage?.Lose();

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
            End(isComplete: true);
        }
    }

    /// <summary>Ends a read that failed. Returns the exception that says it better, or null to throw the original.</summary>
    public Exception? Fail(BodyRead? read, Exception exception, CancellationToken cancellationToken)
    {
        var isAbandoned = Leave(read);
        Dispose();
        if (isAbandoned)
        {
            return Abandoned(exception);
        }

        return exception is OperationCanceledException && cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(exception.Message, exception, cancellationToken)
            : null;
    }

    /// <summary>Ends the lease, once, however often and from wherever it is called.</summary>
    public void Dispose() => End(isComplete: false);

    private void End(bool isComplete)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
        }

        _timer.Dispose();
        _tail.Complete(_ticket, _limiter, isComplete);
    }

    private bool Leave(BodyRead? read)
    {
        // Waits for a cancellation that is just happening, so that it cannot hit the next read.
        read?.Registration.Dispose();
        lock (_lock)
        {
            _reads -= read is null ? 0 : 1;

            // A source that broke a read off is spent, and a stream that survives the cancellation of one read can be read on.
            if (!_isAbandoned && _closing.IsCancellationRequested)
            {
                _closing = new CancellationTokenSource();
            }

            return _isAbandoned;
        }
    }

    private void Watch()
    {
        bool isRead;
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            var rest = _idleTimeout - _limiter.Time.GetElapsedTime(_lastByte);
            if (rest > TimeSpan.Zero)
            {
                // Timers count whole milliseconds: up, or the last fraction of one would fire without end.
                _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                return;
            }

            _isAbandoned = _closesIdle;
            isRead = _reads > 0;
        }

        if (!_closesIdle)
        {
            // Nobody waits for it: it is only its cost that is not waited for any longer.
            Dispose();
            return;
        }

        try
        {
            Close(isRead);
        }
#pragma warning disable CA1031 // Foreign code on a timer's thread: what it throws would end the process, and the lease has to end whatever it does.
        catch
#pragma warning restore CA1031
        {
        }

        _limiter.Telemetry.BodyAbandoned();
        Dispose();
    }

    private void Close(bool isRead)
    {
        if (isRead)
        {
            // Not disposed: SocketsHttpHandler would drain the stream beside the read that is under way, and both would share one buffer.
            _closing.Cancel();
        }
        else
        {
            // A read that blocks has no token. It fails when the drain gives up (ResponseDrainTimeout), as it does when HttpClient.Timeout ends a synchronous send, and
            // what it may bring till then is thrown away.
            _body.Dispose();
        }
    }

    private void ThrowIfAbandoned_NeedsLock()
    {
        if (_isAbandoned)
        {
            throw Abandoned(inner: null);
        }
    }

    private IOException Abandoned(Exception? inner)
    {
        var message = FormattableString.Invariant($"The response body was closed: no byte of it was read for {_idleTimeout.TotalSeconds:0.###} s (BodyIdleTimeout).");
        return new IOException(message, new TimeoutException(message, inner));
    }
}

/// <summary>One read of a body that is under way.</summary>
/// <param name="Registration">Ties the reader's token to this read's.</param>
/// <param name="Token">Is cancelled by the reader's own token or when the body is closed.</param>
internal readonly record struct BodyRead(CancellationTokenRegistration Registration, CancellationToken Token);
