namespace RateLimited.Http.Admission.Persistence;

/// <summary>When something is written, and what becomes of it. One at a time, under the lock of whoever writes.</summary>
internal sealed partial class Keeper
{
    private readonly HashSet<KeptService> _toWake = [];
    private volatile bool _mustBegin = true;
    private long _retryAt;

    /// <summary>Writes what has been asked for and what has changed, if there is anything.</summary>
    public void Step()
    {
        KeptService[] woken;
        lock (_writing)
        {
            if (_isClosed || (_fault is not null && _store.Clock.Now < _retryAt))
            {
                return;
            }

            Write(isWhole: _mustBegin || _directory.Grown > Math.Max(_settings.LeastGrowth, 2 * _directory.Begun));
            woken = [.. _toWake];
            _toWake.Clear();
        }

        foreach (var service in woken)
        {
            service.Wake();
        }
    }

    /// <summary>Limits have become others: the next file begins with what they are.</summary>
    public void Changed() => _mustBegin = true;

    private void Write(bool isWhole)
    {
        try
        {
            Begin();
            if (isWhole)
            {
                _mustBegin = false;
                TakeAll();
                _directory.Begin(_frame.Written.Span);
            }
            else if (TakeChanges())
            {
                _directory.Append(_frame.Written.Span);
            }

            _fault = null;
            Grant();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Part of it may have been written: the next file begins with all that is known.
            (_mustBegin, _fault, _retryAt) = (true, fault.GetType().Name, _store.Clock.Now + Pulse.Ticks);
            _toWake.UnionWith(Services());
        }

        foreach (var service in Services())
        {
            service.TellOf(_fault);
        }
    }
}
