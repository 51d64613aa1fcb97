using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>Who exchanges, and when: one at a time, started by whoever has something to ask, or by the timer for what has become due.</summary>
internal sealed partial class SharedService
{
    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    /// <summary>Sees to it that somebody exchanges. Only under the gate: nothing of anybody's runs in it.</summary>
    private void Kick()
    {
        if (!_isRunning && !_isDisposed && !(_health.IsAlone && _store.Clock.Now < _health.NextProbe))
        {
            _isRunning = true;
            _start();
        }
    }

    /// <summary>This task has no other observer: whatever happens in it is told to whoever waits, and the next who asks starts anew.</summary>
    private async Task RunAsync()
    {
        SharedExchange? exchange;
        do
        {
            exchange = null;
            try
            {
                exchange = Gather();
                if (exchange is not null)
                {
                    await ExchangeAsync(exchange).ConfigureAwait(false);
                }
            }
#pragma warning disable CA1031 // Whatever it is.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                StandStill(exchange);
                FailAll(Unforeseen(fault));
                return;
            }
        }
        while (exchange is not null);
    }

    private async Task ExchangeAsync(SharedExchange exchange)
    {
        SharedStoreException? failure = null;
        var began = _store.Clock.Now;
        exchange.Began = exchange.IsUnsure ? exchange.Began : began;
        try
        {
            await TellAsync(exchange).ConfigureAwait(false);
        }
        catch (SharedStoreException lost)
        {
            failure = lost;
        }
#pragma warning disable CA1031 // Whatever it is, it is the store's.
        catch (Exception unknown)
#pragma warning restore CA1031
        {
            failure = Unforeseen(unknown);
        }

        _telemetry.StoreAsked(failure is null, new TimeSpan(Math.Max(_store.Clock.Now - began, 0)));
        var isNews = false;
        var isTold = false;
        _store.Change(() =>
        {
            isNews = failure is null ? TakeIn(exchange, began) : TakeLoss(exchange, failure);
            isTold = TakeHeardTold() | (exchange.IsTold && _service.ExpectTold());
        });
        Announce(failure, isNews, isTold);
    }

    private void Announce(SharedStoreException? failure, bool isNews, bool isTold)
    {
        // Whoever listens is somebody else's code.
        _lost.ForEach(static lost => Quietly.Say(lost.Cancel));
        _lost.Clear();
        if (_hasLetGo)
        {
            _hasLetGo = false;
            _telemetry.LeasesHeldTooLong();
        }

        TellChanges();
        if (isNews)
        {
            if (failure is null)
            {
                _telemetry.StoreFound();
            }
            else
            {
                _telemetry.StoreLost(_settings.Alone.ToString(), failure.Message);
            }
        }

        _isFailing &= failure is not null;
        if (failure is { Passes: false })
        {
            FailAll(failure);
        }

        (isTold ? _learn : _wake)();
    }

    /// <summary>Waiting will not mend it: whoever waits is told each time, and the log once until the store has answered.</summary>
    private void FailAll(SharedStoreException failure)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            _telemetry.StoreFailed(failure.Message);
        }

        _fail(failure.Message, failure);
    }

    /// <summary>All that is to be told and asked, or null when that is nothing: then nobody exchanges any more.</summary>
    private SharedExchange? Gather()
    {
        SharedExchange? gathered = null;
        _store.Change(() =>
        {
            var now = _store.Clock.Now;
            if (!_isDisposed && !(_health.IsAlone && now < _health.NextProbe) && (now >= _restsUntil || _questions.Count > 0))
            {
                gathered = TakeUnsure(now) ?? Gather(now);
            }

            _isRunning = gathered is not null;
            if (gathered is null)
            {
                ArmForNext();
            }
        });
        return gathered;
    }
}
