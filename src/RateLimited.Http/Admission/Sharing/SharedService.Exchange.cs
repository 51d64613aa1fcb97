using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>Exchanging: what is told and asked is gathered under the gate, sent outside it, and what is answered taken in under it again.</summary>
internal sealed partial class SharedService
{
    /// <summary>How often a process says that it lives, within the time that it would be taken for dead.</summary>
    private const int BeatsPerLife = 3;

    /// <summary>How long nobody asks again: others may release or give back before what was said.</summary>
    private const long LongestSilence = 250 * TimeSpan.TicksPerMillisecond;

    /// <summary>How soon a refused question is asked again at the soonest.</summary>
    private const long ShortestWait = TimeSpan.TicksPerMillisecond / 2;

    /// <summary>What a round trip is taken for at least: where a clock stands still, as in tests, or a thread, what was granted must not have ended before it is heard of.</summary>
    private const long ShortestRoundTrip = TimeSpan.TicksPerMillisecond / 2;

    /// <summary>What a round trip is taken for before one was made.</summary>
    private long _roundTrip = 5 * TimeSpan.TicksPerMillisecond;

    private long _newsAt = -1;

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

    /// <summary>Another process has made room, has paused the service, or has joined in.</summary>
    private void OnNews(int instances)
    {
        _store.Change(() =>
        {
            if (instances > 0)
            {
                // News may be late: that there are fewer again is counted, never heard.
                (Instances, Living) = (Math.Max(Instances, instances), Math.Max(Living, instances));
                return;
            }

            foreach (var balance in _holding)
            {
                balance.ForgetDenial();
            }

            _newsAt = _store.Clock.Now;
            if (LookAtRests(_newsAt) | LookAtCircuit())
            {
                Kick();
            }
        });
        _wake();
    }

    private async Task RunAsync()
    {
        while (Gather() is { } exchange)
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
#pragma warning disable CA1031 // Whatever it is, whoever waits must be told: this task has no other observer.
            catch (Exception unknown)
#pragma warning restore CA1031
            {
                failure = new SharedStoreException("The shared store failed in a way that nobody foresaw.", unknown, passes: false, mayBeDone: true);
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

        if (failure is { Passes: false })
        {
            _fail(failure.Message, failure);
        }

        (isTold ? _learn : _wake)();
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

    private SharedExchange? Gather(long now)
    {
        GiveBackEnded(now);
        var validity = Math.Max(Ahead, 2 * _roundTrip);
        var exchange = new SharedExchange
        {
            Pause = _pause,
            Tells = _tells,
            Join = _health.IsAlone || (now >= _beatAt && (_holding.Count > 0 || _questions.Count > 0)),
            Validity = validity,
            LocalNow = () => _store.Clock.Now,
            GuardOf = balance => Saturating.Add(_isOverAll ? _store.LongestGuardOf(balance.Partition.Limit) : _service.GuardOf(balance.Partition.Limit), validity),
        };
        var most = Math.Min(_notes.Count, MostNotes);
        exchange.Notes.AddRange(_notes.Take(most));
        _notes = [.. _notes.Skip(most)];
        exchange.Questions.AddRange(_questions);
        (_pause, _tells, _flushAt) = (0, 0, _notes.Count > 0 ? now : LimitRule.Never);
        _questions.Clear();
        if (exchange.Join)
        {
            _beatAt = Saturating.Add(now, _settings.LeaseTimeToLive / BeatsPerLife);
            foreach (var balance in _holding.Where(static balance => balance is { InUse: > 0 } || (balance.Rule.IsReleased && balance.Held > 0)))
            {
                exchange.Notes.Add(new SharedNote { Kind = _health.IsAlone || _holdsAnew ? NoteKind.Hold : NoteKind.Renew, Balance = balance, Amount = Saturating.Add(balance.InUse, balance.Held) + UntoldOf(balance), Token = balance.Epoch });
            }
        }

        return exchange.IsEmpty ? null : exchange;
    }

    /// <summary>What the store takes to be held beyond what is: of what is told in a later exchange it knows nothing.</summary>
    private long UntoldOf(SharedBalance balance) => _notes.Where(note => ReferenceEquals(note.Balance, balance)).Sum(static note => note.Kind switch
    {
        NoteKind.GiveBack or NoteKind.Unused => note.Amount,
        NoteKind.Force => -note.Amount,
        _ => 0,
    });

    /// <summary>What was granted and not spent in its time goes back to everybody, and so does what has been held for too long.</summary>
    private void GiveBackEnded(long now)
    {
        foreach (var balance in _holding)
        {
            if (balance.Rule.IsReleased && balance.Rule.LetGo(balance, new Moment(now), _lost))
            {
                _hasLetGo = true;
            }

            while (balance.TryTakeEnded(now, out var amount, out var receipt))
            {
                _notes.Add(new SharedNote { Kind = balance.Rule.Inner is FleetQuota ? NoteKind.Unused : NoteKind.GiveBack, Balance = balance, Receipt = receipt, Amount = amount });
            }
        }

        _holding.RemoveWhere(balance => balance.IsIdle && !balance.IsRefusedAt(now) && LetGo(balance));
    }

    /// <summary>Returns whether the store had been lost.</summary>
    /// <param name="exchange">What was told, and what was answered.</param>
    /// <param name="began">When it was told this time.</param>
    private bool TakeIn(SharedExchange exchange, long began)
    {
        var now = _store.Clock.Now;
        _roundTrip = Math.Max(Math.Max(now - began, (_roundTrip * 7) / 8), ShortestRoundTrip);
        (Instances, Living) = exchange.Instances > 0 ? (Math.Max(exchange.Instances, _fewestInstances), exchange.Instances) : (Instances, Living);
        _takers = exchange.Takers > 0 ? exchange.Takers : _takers;
        _holdsAnew = exchange.HasForgotten || exchange.IsUnsure || (_holdsAnew && !exchange.Join);
        if (_holdsAnew)
        {
            // Who holds what it has to be told by the holders, each of its own: the store has forgotten it, or was told of it late.
            _beatAt = 0;
        }

        if (exchange.HasForgotten && _settings.Quarantine > 0)
        {
            // And what went before is not counted any more.
            PauseFor(now, _settings.Quarantine);
        }

        foreach (ref var note in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(exchange.Notes))
        {
            TakeIn(note, exchange.HasForgotten, now);
        }

        foreach (var question in exchange.Questions)
        {
            TakeIn(question, exchange, began, now);
        }

        if (exchange.HasForgotten)
        {
            ForgetRests();
        }

        var isFound = _health.Succeeded();
        if (isFound || exchange.HasForgotten)
        {
            TellRests(now);
        }

        if (!isFound)
        {
            return false;
        }

        foreach (var balance in _holding.Where(static balance => balance.SpentAlone > 0))
        {
            // What went meanwhile is owed.
            _notes.Add(new SharedNote { Kind = NoteKind.Force, Balance = balance, Amount = balance.SpentAlone });
            balance.SpentAlone = 0;
        }

        return true;
    }

    private void TakeIn(in SharedNote note, bool hasForgotten, long now)
    {
        if (note.Kind == NoteKind.Renew && note.Result < 0 && note.Token == note.Balance.Epoch && !hasForgotten)
        {
            note.Balance.Lose(_lost);
            _telemetry.LeasesLost();
        }
        else if (note.Kind == NoteKind.Look && note.Balance.Rest is { } looked)
        {
            TakeLook(looked, note.Result, now);
        }
        else if (note.Kind == NoteKind.Look)
        {
            note.Balance.Hear(now, note.Result);
        }
        else if (note is { Kind: NoteKind.Rest or NoteKind.Told, Balance.Rest: { } told })
        {
            told.Version = Math.Max(told.Version, note.Result / Reasons);
        }
        else if (note.Kind == NoteKind.Claim)
        {
            TakeClaim(note.Result);
        }
        else if (note.Kind == NoteKind.Heard)
        {
            if (note.Token != 0 && FleetQuota.ShowsOthers(note.Result, Instances))
            {
                var until = Saturating.Add(_store.Clock.Now, note.Token);
                FleetQuota.Share(ref note.Balance.Alone, until);
                Note(new SharedNote { Kind = NoteKind.Others, Balance = note.Balance, Instant = until });
            }
        }
        else if (note.Kind is NoteKind.Answer or NoteKind.Force && note.Token != 0)
        {
            var (giveBack, chargeMore) = _tokens.Know(note.Token, note.Result);
            if (giveBack > 0)
            {
                Note(new SharedNote { Kind = NoteKind.GiveBack, Balance = note.Balance, Receipt = note.Result, Amount = giveBack });
            }

            if (chargeMore > 0)
            {
                Note(new SharedNote { Kind = NoteKind.ChargeMore, Balance = note.Balance, Receipt = note.Result, Amount = chargeMore });
            }
        }
    }

    private void TakeIn(SharedQuestion question, SharedExchange exchange, long began, long now)
    {
        var until = Saturating.Add(exchange.Began, exchange.Validity);
        foreach (ref readonly var want in question.Wants.AsSpan())
        {
            if (question.IsGranted)
            {
                want.Balance.Grant(want.Granted, want.Receipt, until, want.Balance.IsPassedBy ? Math.Max(until, Saturating.Add(now, LongestSilence)) : until);
                Holds(want.Balance);
            }

            (want.Balance.IsAsked, want.Balance.IsPassedBy) = (false, false);
        }

        if (question.IsGranted)
        {
            return;
        }

        if (question.Refused?.Rest is { } circuit && IsCircuit(circuit))
        {
            HearCircuit(question.News, question.Wait);
            return;
        }

        if (question.Refused?.Rest is { Quota: { } quota } told)
        {
            HearTold(told, quota, question.News, question.Wait, now);
            return;
        }

        if (question.Refused?.Rest is { } rest)
        {
            Hear(rest, question.News, question.Wait, now);
            return;
        }

        // It was decided some time after it was sent, and the next question will be as long on its way.
        var wait = question.Wait != LimitRule.Never ? question.Wait : question.Again >= 0 && _newsAt < began ? Math.Min(question.Again, LongestSilence) : 0;
        if (question.Refused is null)
        {
            _service.PauseAlone(now, wait);
            return;
        }

        var cost = question.Wants.First(want => ReferenceEquals(want.Balance, question.Refused)).Least;
        question.Refused.Deny(Saturating.Add(cost, question.Refused.HeldAt(now)), Saturating.Add(began, Math.Max(wait, ShortestWait)), Saturating.Add(now, LongestSilence));
        Holds(question.Refused);
    }
}
