using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>What becomes of an exchange that failed: what was not told is told later, and what may have been told is told once more as it was. Only under the gate.</summary>
internal sealed partial class SharedService
{
    /// <summary>What may have been carried out: until that is known nothing else is told.</summary>
    private SharedExchange? _unsure;

    /// <summary>After somebody's mistake, which only another question can show again, until when nothing is told by itself.</summary>
    private long _restsUntil;

    /// <summary>Whether the log knows that nobody can be let go. Only whoever exchanges asks.</summary>
    private bool _isFailing;

    private static SharedStoreException Unforeseen(Exception fault) =>
        new($"It failed in a way that nobody foresaw ({fault.GetType().Name}).", fault, passes: false, mayBeDone: true);

    /// <summary>What may have been carried out is told once more under the same number, which the store knows again.</summary>
    private async Task TellAsync(SharedExchange exchange)
    {
        try
        {
            await _counts.ExchangeAsync(exchange, isRetry: exchange.IsUnsure).ConfigureAwait(false);
        }
        catch (SharedStoreException unsure) when (unsure is { Passes: true, MayBeDone: true } && !exchange.IsUnsure)
        {
            exchange.IsUnsure = true;
            await _counts.ExchangeAsync(exchange, isRetry: true).ConfigureAwait(false);
        }
    }

    /// <summary>Returns whether the store had not been lost before.</summary>
    private bool TakeLoss(SharedExchange exchange, SharedStoreException failure)
    {
        var now = _store.Clock.Now;
        Forget(exchange.Questions);
        LoseClaim(exchange);
        if (!(exchange.IsUnsure || failure.MayBeDone))
        {
            TellLater(exchange, isUnsure: false);
        }
        else if (failure.Passes && IsRemembered(exchange, now))
        {
            (_unsure, exchange.IsUnsure) = (exchange, true);
        }
        else
        {
            TellLater(exchange, isUnsure: true);
        }

        if (!failure.Passes)
        {
            Rest(now);
            return false;
        }

        var isNews = _health.Failed(now, _settings.Dice.NextDouble());
        Arm(_health.NextProbe);
        return isNews;
    }

    /// <summary>An exchange ended in a fault of this side. All may be asked again, and nothing is told by itself for a while: it may be that which fails. What was answered is not told twice.</summary>
    private void StandStill(SharedExchange? exchange)
    {
        _store.Change(() =>
        {
            _isRunning = false;
            Forget(_questions);
            _questions.Clear();
            if (exchange is not null)
            {
                Forget(exchange.Questions);
                LoseClaim(exchange);
            }

            Rest(_store.Clock.Now);
            ArmForNext();
        });
        TellChanges();
    }

    /// <summary>Nobody will answer these questions.</summary>
    private static void Forget(List<SharedQuestion> questions)
    {
        foreach (var want in questions.SelectMany(static question => question.Wants))
        {
            (want.Balance.IsAsked, want.Balance.IsPassedBy) = (false, false);
        }
    }

    private void Rest(long now) => _flushAt = _restsUntil = Saturating.Add(now, LongestSilence);

    /// <summary>What has to be told once more before anything else; null when there is nothing, or nobody would know it again.</summary>
    private SharedExchange? TakeUnsure(long now)
    {
        if (_unsure is not { } unsure)
        {
            return null;
        }

        var isRemembered = IsRemembered(unsure, now);
        _unsure = null;
        if (!isRemembered)
        {
            TellLater(unsure, isUnsure: true);
        }

        return isRemembered ? unsure : null;
    }

    /// <summary>The store has lost what it had counted: nobody goes who was counted there.</summary>
    private void PauseFor(long now, long duration)
    {
        if (_isOverAll)
        {
            _store.PauseAll(now, duration);
        }
        else
        {
            _service.Pause(now, duration);
        }
    }

    private bool IsRemembered(SharedExchange exchange, long now) => now - exchange.Began < _counts.RemembersFor.Ticks;

    /// <summary>
    /// What was to be told is told later, in its order. If it was carried out and nobody can find out, it counts twice, which must admit too little: so nothing is given back then, and that quota is whole
    /// again when its window ends.
    /// </summary>
    private void TellLater(SharedExchange exchange, bool isUnsure)
    {
        TakeBackLessons(exchange, isUnsure);
        _notes.InsertRange(0, exchange.Notes.Where(note => note.Kind is not (NoteKind.Renew or NoteKind.Hold or NoteKind.Look or NoteKind.Claim or NoteKind.Learned) && !(isUnsure && note.Kind is NoteKind.GiveBack or NoteKind.Unused)));
        (_pause, _tells) = (Math.Max(_pause, exchange.Pause), Math.Max(_tells, exchange.Tells));
        if (_notes.Count > MostNotes * 4)
        {
            _notes.RemoveRange(MostNotes * 4, _notes.Count - (MostNotes * 4));
        }
    }
}
