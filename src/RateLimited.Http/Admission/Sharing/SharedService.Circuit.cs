using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// How the service's circuit is in other processes: a rest like those of keys, of which every question says which version this process has heard. Who is to probe is told with the version that is known, and the first who
/// tells it is.
/// </summary>
internal sealed partial class SharedService
{
    private const long Open = 1;

    private SharedRest? _circuit;
    private bool _sharesCircuit;
    private bool _isOpenElsewhere;
    private Action<long?> _opened = static _ => { };
    private Action _closed = static () => { };
    private Action<bool> _claimed = static _ => { };

    /// <summary>Says whom to tell, outside of every lock.</summary>
    public void AttachCircuit(Action<long?> opened, Action closed, Action<bool> claimed) => (_opened, _closed, _claimed) = (opened, closed, claimed);

    /// <summary>Whether circuits are told and heard of from now on.</summary>
    public void ShareCircuit(bool isShared) => _store.Change(() =>
    {
        _sharesCircuit = isShared;
        _circuit ??= isShared ? new SharedRest(this, _store) : null;
    });

    public void TellOpened(long duration) => TellCircuit(now => new SharedNote { Kind = NoteKind.Rest, Balance = _circuit!.Balance, Receipt = Open, Instant = Saturating.Add(now, duration) });

    public void TellClosed() => TellCircuit(_ => new SharedNote { Kind = NoteKind.Rest, Balance = _circuit!.Balance });

    /// <summary>Asks to be the one that probes, for so long. Returns false where nobody can be asked.</summary>
    public bool TryClaim(long duration)
    {
        var isAsked = false;
        _store.Change(() =>
        {
            if (_sharesCircuit && !_health.IsAlone && !_isDisposed)
            {
                var now = _store.Clock.Now;
                _notes.Add(new SharedNote { Kind = NoteKind.Claim, Balance = _circuit!.Balance, Instant = Saturating.Add(now, duration) });

                // Where nobody is to probe any more it has been closed.
                _notes.Add(new SharedNote { Kind = NoteKind.Look, Balance = _circuit.Balance });
                Kick();
                isAsked = true;
            }
        });
        return isAsked;
    }

    /// <summary>What every question asks besides. Only under the gate, as all that follows.</summary>
    private SharedWant CircuitWant => new() { Balance = _circuit!.Balance, Part = 1 };

    private void TellCircuit(Func<long, SharedNote> note) => _store.Change(() =>
    {
        if (_sharesCircuit && !_isDisposed)
        {
            // What was not told yet is old.
            _notes.RemoveAll(old => old.Kind == NoteKind.Rest && ReferenceEquals(old.Balance, _circuit!.Balance));
            _notes.Add(note(_store.Clock.Now));
            _isOpenElsewhere = false;
            Kick();
        }
    });

    private bool IsCircuit(SharedRest rest) => ReferenceEquals(rest, _circuit);

    /// <summary>Asks whether another process has closed what it had opened.</summary>
    private bool LookAtCircuit()
    {
        if (!_sharesCircuit || !_isOpenElsewhere || _notes.Count >= MostNotes)
        {
            return false;
        }

        _notes.Add(new SharedNote { Kind = NoteKind.Look, Balance = _circuit!.Balance });
        return true;
    }

    /// <summary>Another process has told: something with a question, until when it is open; or how it is by now.</summary>
    private void HearCircuit(long news, long? wait)
    {
        var version = news / Reasons;
        if (version <= _circuit!.Version)
        {
            return;
        }

        _circuit.Version = version;
        _isOpenElsewhere = news % Reasons != 0;
        var (opened, closed) = (_opened, _closed);
        _changes += _isOpenElsewhere ? () => opened(wait) : closed;
    }

    private void TakeClaim(long result)
    {
        var claimed = _claimed;
        _circuit!.Version = Math.Max(_circuit.Version, result / Reasons);
        _isOpenElsewhere = result == 0;
        _changes += () => claimed(result > 0);
    }

    /// <summary>Nobody answers who is to probe: this process decides for itself.</summary>
    private void LoseClaim(SharedExchange exchange)
    {
        if (exchange.Notes.Exists(static note => note.Kind == NoteKind.Claim))
        {
            var claimed = _claimed;
            _changes += () => claimed(true);
        }
    }
}
