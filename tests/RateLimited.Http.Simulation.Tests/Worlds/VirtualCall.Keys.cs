using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>A request of a service with API keys: with which of them it goes, and whether it goes on with another.</summary>
internal sealed partial class VirtualCall
{
    private readonly List<string> _tried = [];
    private KeyMoves _moves;
    private KeyLedger.Record? _key;
    private string _text = "";
    private bool _mayMove;

    /// <summary>What is asked for it, the keys that it has gone with left out.</summary>
    private AdmissionRequest Wanted => world.ForgetsTried ? _request with { Key = null } : _request;

    /// <summary>A first attempt, or a repeat: any key will do.</summary>
    private void BeginWithAnyKey()
    {
        _tried.Clear();
        (_moves, _mayMove) = (default, service.Spec.Pool is { Keys.Count: > 1 });
        _request = _request with { Key = null };
    }

    /// <summary>It goes, with a key where there are any: one that may be used, and that it has not gone with.</summary>
    private void TakeKey(AdmissionTicket ticket)
    {
        _key = null;
        if (service.Keys is not { } keys)
        {
            return;
        }

        var isEnforced = service.Spec.Mode == RateLimitMode.Enforce;
        if (ticket.Key?.Chosen?.Name is not { } name)
        {
            Require(!isEnforced, "it goes without a key");
            return;
        }

        var used = keys.Of(name);
        (_key, _text) = (used, used.Key.Text);
        if (isEnforced)
        {
            var status = service.Limiter.GetStatus().Keys.Single(key => key.Name == name);
            Require(!_tried.Contains(name), $"it goes with {name} once more, after {string.Join(", ", _tried)}");
            Require(status.State != KeyState.Disabled, $"it goes with {name}, which is disabled");
            Require(!used.Key.IsReserved || ServiceSpec.IsPremium(_request.Tenant), $"it goes with {name}, which is reserved for others");
            Require(service.Limiter.Now >= used.Quota.RestsUntil, $"it goes with {name} at {service.Limiter.Now}, which rests until {used.Quota.RestsUntil}");
        }

        used.Held++;
        used.Uses++;
        world.Note($"{this} has {name}");
    }

    private void LeaveKey()
    {
        if (_key is { } used)
        {
            used.Held--;
        }
    }

    /// <summary>What an answer says of the key is told to the pool, as a response's signals are.</summary>
    private void HearOfKey(in Verdict verdict)
    {
        var ring = service.Ring!;
        switch (verdict)
        {
            case { Kind: ResponseKind.Fine }:
                ring.Accept(_ticket!, service.Limiter);
                break;
            case { Kind: ResponseKind.RefusedKey }:
                ring.Refuse(_ticket!, service.Limiter);
                break;
            case { IsRefusal: true, Scope: ResponseScope.Key }:
                ring.Rest(_ticket!, verdict, service.Limiter);
                if (verdict is { Kind: ResponseKind.Limited, Wait: { } wait })
                {
                    _key!.Quota.RestsUntil = Math.Max(_key.Quota.RestsUntil, service.Limiter.Now + wait.Ticks);
                }

                break;
        }
    }

    /// <summary>Whether it goes on with another key at once.</summary>
    private bool TryMove(in Verdict verdict)
    {
        if (!_mayMove || _key is not { } used || KeyAttempt.Of(_ticket!) is not { } attempt)
        {
            return false;
        }

        var hasBeen = _tried.Append(used.Key.Name).ToArray();
        if (!_moves.TryMove(service.Ring!, service.Limiter, attempt, verdict, isGivenUp: false, ref _request))
        {
            Require(!PoolRing.ConcernsKey(verdict) || FreeKey(hasBeen) is not { } free, $"it was refused with {used.Key.Name} and might have gone on with {FreeKey(hasBeen)}");
            return false;
        }

        world.Note($"{this} goes on without {used.Key.Name}");
        _tried.Add(used.Key.Name);
        Leave(static (_, _, _) => { });
        _ticket!.Complete();
        Ask();
        return true;
    }

    /// <summary>A key that nothing is known against, and that it may go with.</summary>
    private string? FreeKey(IReadOnlyCollection<string> hasBeen)
    {
        var free = service.Limiter.GetStatus().Keys.Where(static key => key is { State: KeyState.Active, OpensIn: { Ticks: 0 } }).Select(static key => key.Name).ToHashSet(StringComparer.Ordinal);
        return service.Keys!.All.Select(static record => record.Key).FirstOrDefault(key => free.Contains(key.Name) && !hasBeen.Contains(key.Name) && (!key.IsReserved || ServiceSpec.IsPremium(_request.Tenant)))?.Name;
    }
}
