using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Alerts.Delivery;

/// <summary>Takes notices to one sink, on a task of its own: posting only puts into the outbox. Thread-safe.</summary>
internal sealed class Courier : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Outbox _outbox;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _posted = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly long _began;
    private volatile SinkPlan _plan;
    private Task _running = Task.CompletedTask;

    public Courier(SinkPlan plan, TimeProvider time, ILogger log)
    {
        (_plan, _time, _log, _began) = (plan, time, log, time.GetTimestamp());
        _outbox = new Outbox { Capacity = plan.Capacity, GiveUpAfter = plan.GiveUpAfter };
        Name = plan.Sink.Name;
    }

    public string Name { get; }

    /// <summary>What waits to be delivered.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _outbox.Count;
            }
        }
    }

    /// <summary>How many notices were dropped.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                return _outbox.Dropped;
            }
        }
    }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Sends to another sink of the same name from now on. What waits, waits for that.</summary>
    public void Change(SinkPlan plan)
    {
        lock (_lock)
        {
            (_outbox.Capacity, _outbox.GiveUpAfter) = (plan.Capacity, plan.GiveUpAfter);
            _plan = plan;
        }
    }

    public void Post(AlertNotice notice)
    {
        if (!_plan.Takes(notice))
        {
            return;
        }

        long? dropped = null;
        lock (_lock)
        {
            if (_outbox.Add(notice, Now))
            {
                dropped = _outbox.Dropped;
            }
        }

        _posted.Release();
        if (dropped is { } count)
        {
            DeliveryCounter.Add(Name, DeliveryCounter.Dropped);
            AlertsLog.Dropped(_log, Name, count);
        }
    }

    /// <summary>Delivers what can be at once, and ends: with the first failure, or with the token. Nothing is posted to it any more.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await using (cancellationToken.UnsafeRegister(static courier => ((Courier)courier!)._ended.Cancel(), this).ConfigureAwait(false))
        {
#pragma warning disable VSTHRD003 // It runs on the pool from its first line.
            await _running.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }

        Dispose();
    }

    public void Dispose()
    {
        _closing.Dispose();
        _ended.Dispose();
        _posted.Dispose();
    }

    private TimeSpan Now => _time.GetElapsedTime(_began);

    private async Task RunAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            TimeSpan? due;
            lock (_lock)
            {
                due = _outbox.DueIn(Now);
            }

            try
            {
                if (due == TimeSpan.Zero)
                {
                    await DeliverAsync().ConfigureAwait(false);
                }
                else if (_closing.IsCancellationRequested)
                {
                    return;
                }
                else if (due is { } pause)
                {
                    // A new notice does not make the first due earlier.
                    await Task.Delay(pause, _time, _closing.Token).ConfigureAwait(false);
                }
                else
                {
                    await _posted.WaitAsync(_closing.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                // It is closing: what came before that is looked for once more.
            }
        }
    }

    private async Task DeliverAsync()
    {
        AlertNotice notice;
        lock (_lock)
        {
            notice = _outbox.Begin();
        }

        var plan = _plan;
        if (await SendAsync(plan, notice).ConfigureAwait(false) is not { } fault)
        {
            lock (_lock)
            {
                _outbox.Delivered();
            }

            DeliveryCounter.Add(Name, DeliveryCounter.Delivered);
            return;
        }

        bool isGivenUp;
        (int Failures, TimeSpan? Pause) next;
        lock (_lock)
        {
            isGivenUp = _outbox.Failed(Now, fault.IsFinal, fault.RetryAfter);
            next = (_outbox.Failures, _outbox.DueIn(Now));
        }

        Tell(notice, fault, isGivenUp, next);
    }

    private void Tell(AlertNotice notice, SinkFault fault, bool isGivenUp, (int Failures, TimeSpan? Pause) next)
    {
        var about = notice.Kind == NoticeKind.DailySummary ? "the day" : notice.Rule;
        var seconds = (long)Math.Ceiling((next.Pause ?? TimeSpan.Zero).TotalSeconds);
        DeliveryCounter.Add(Name, isGivenUp ? DeliveryCounter.Dropped : DeliveryCounter.Failed);
        if (isGivenUp)
        {
            AlertsLog.GivenUp(_log, Name, about, fault.Message);
        }
        else
        {
            AlertsLog.Retrying(_log, next.Failures == 1 ? LogLevel.Warning : LogLevel.Debug, Name, about, fault.Message, seconds);
        }
    }

    private async Task<SinkFault?> SendAsync(SinkPlan plan, AlertNotice notice)
    {
        using var timeout = new CancellationTokenSource(plan.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _ended.Token);
        try
        {
            await plan.Sink.SendAsync(notice, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return null;
        }
        catch (SinkFault fault)
        {
            return fault;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            _ended.Token.ThrowIfCancellationRequested();
            return new SinkFault("no answer in time");
        }
#pragma warning disable CA1031 // A sink is somebody else's code, and what it throws may hold its secrets: its type is all that is kept.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return new SinkFault(fault.GetType().Name);
        }
    }
}
