using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// How keys are, told to other processes and heard from them. Every question says which version its process has heard of the key that it asks with: what is newer is heard before anybody goes, and then
/// this process decides anew. Only under the gate.
/// </summary>
internal sealed partial class SharedService
{
    /// <summary>Versions and reasons are told in one number.</summary>
    private const int Reasons = 8;

    /// <summary>What is shorter, or differs by less, is no news: it would be over by the time that anybody heard of it.</summary>
    private const long ShortestRest = 100 * TimeSpan.TicksPerMillisecond;

    private Dictionary<(QuotaOwner Owner, string? Endpoint), SharedRest> _rests = [];
    private Dictionary<(QuotaOwner Owner, string? Endpoint), SharedRest> _boundRests = [];
    private Action? _changes;

    /// <summary>What is told of a key at an endpoint, or of its quota where that is null. It counts from <see cref="TakeRests"/> on.</summary>
    public SharedRest RestOf(QuotaOwner owner, string? endpoint, KeyHandle key)
    {
        if (!_boundRests.TryGetValue((owner, endpoint), out var rest))
        {
            rest = _rests.GetValueOrDefault((owner, endpoint)) ?? new SharedRest(owner, endpoint, this, _store);
            rest.Handle = key;
            _boundRests.Add((owner, endpoint), rest);
        }

        return rest;
    }

    /// <summary>The keys were bound anew: nothing is told any more of those that are gone.</summary>
    public void TakeRests() => (_rests, _boundRests) = (_boundRests, []);

    /// <summary>How keys are may have changed: the others are told what they do not know.</summary>
    public void TellRests(long now)
    {
        if (_isDisposed || _health.IsAlone || _service.Definition.Keys is not { Ring: { } ring })
        {
            return;
        }

        foreach (var (_, rest) in _rests)
        {
            if (ring.RestOf(rest.Handle, rest.Owner, rest.Endpoint, now) is not { } present)
            {
                continue;
            }

            var isOver = present.Reason == RestReason.None && rest.Said.Reason is RestReason.Exhausted or RestReason.Refused;
            if (isOver || (present.Reason != RestReason.None && present.Until - Math.Max(rest.Said.Until, now) > ShortestRest))
            {
                (rest.Said, rest.IsHeard) = (present, false);

                // What was not told yet is old.
                _notes.RemoveAll(note => note.Kind == NoteKind.Rest && ReferenceEquals(note.Balance, rest.Balance));
                _notes.Add(new SharedNote { Kind = NoteKind.Rest, Balance = rest.Balance, Receipt = (long)present.Reason, Instant = present.Until });
                Kick();
            }
        }
    }

    /// <summary>Asks whether rests are over that others told of. Returns whether there are any.</summary>
    private bool LookAtRests(long now)
    {
        var any = false;
        foreach (var (_, rest) in _rests)
        {
            if (rest is { IsHeard: true, Said.Reason: RestReason.Exhausted or RestReason.Refused } && rest.Said.Until > now && _notes.Count < MostNotes)
            {
                _notes.Add(new SharedNote { Kind = NoteKind.Look, Balance = rest.Balance });
                any = true;
            }
        }

        return any;
    }

    /// <summary>The store answered how a key is of which another process had told.</summary>
    private void TakeLook(SharedRest rest, long result, long now)
    {
        if (IsCircuit(rest))
        {
            HearCircuit(result, wait: null);
            return;
        }

        // That it rests for longer, or for something else, is heard with the next question, with until when.
        if (result / Reasons > rest.Version && result % Reasons == (long)RestReason.None)
        {
            Hear(rest, result, wait: 0, now);
        }
    }

    /// <summary>Another process has told of a key.</summary>
    private void Hear(SharedRest rest, long news, long wait, long now)
    {
        var reason = news % Reasons is var number && number <= (long)RestReason.Refused ? (RestReason)number : RestReason.None;
        var correction = _service.Definition.Correction;
        var longest = (reason == RestReason.Exhausted ? correction.MaxExhausted : correction.MaxHint).Ticks;
        var heard = new KeyRest(reason, Saturating.Add(now, Math.Clamp(wait, 0, longest)));
        (rest.Version, rest.Said, rest.IsHeard) = (news / Reasons, heard, reason != RestReason.None);
        if (_service.Definition.Keys is not { Ring: { } ring })
        {
            return;
        }

        ring.Heard(rest.Handle, rest.Owner, rest.Endpoint, heard, now);
        if (reason == RestReason.None)
        {
            // What this process knows by itself stands, and is not told again to those who know better.
            rest.Said = ring.RestOf(rest.Handle, rest.Owner, rest.Endpoint, now).GetValueOrDefault();
        }

        _changes += ring.TakeChanges(now);
    }

    /// <summary>The store knows nothing any more of what it was told.</summary>
    private void ForgetRests()
    {
        foreach (var (_, rest) in _rests)
        {
            (rest.Version, rest.Said, rest.IsHeard) = (0, default, false);
        }

        foreach (var told in _service.ToldOfQuotas)
        {
            (told.Version, told.Said) = (0, default);
        }

        if (_circuit is { } circuit)
        {
            (circuit.Version, _isOpenElsewhere) = (0, false);
        }
    }

    /// <summary>Tells what has become of keys. Not under the gate.</summary>
    private void TellChanges()
    {
        if (_changes is { } changes)
        {
            _changes = null;
            Quietly.Say(changes);
        }
    }
}
