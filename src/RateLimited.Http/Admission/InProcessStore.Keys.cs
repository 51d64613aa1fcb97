using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Decisions on requests that go with one of several keys: the choice is part of the decision, and nothing is taken from a key that was not chosen.</summary>
internal sealed partial class InProcessStore
{
    // Scratch, only under the gate.
    private long[] _opensAt = [];
    private KeyOffer[] _offers = [];
    private BoundKey[] _offered = [];

    /// <summary>Picks a key for a request that no limit holds up: one that may be used, or else the one that may first. Null where there is none at all.</summary>
    public KeyHandle? PickKey(AdmissionTicket ticket)
    {
        using var held = Hold();
        var now = Now;
        return ticket.Key is { } claim && PickUnheld(ticket, claim, now) is { } key ? Go(ticket, claim, key, now) : null;
    }

    /// <summary>A request that no limit knew of has ended.</summary>
    public void EndUnheld(KeyRing ring, KeyHandle key)
    {
        using var held = Hold();
        ring.Ended(key);
    }

    /// <summary>Whether a request may go with a key that it has not gone with, as far as the keys go, within so many ticks.</summary>
    public bool HasOpenKey(AdmissionTicket ticket, long within)
    {
        using var held = Hold();
        var now = Now;
        var latest = Saturating.Add(now, within);
        if (ticket.Key is not { } claim)
        {
            return false;
        }

        var opensAt = OpenAll(claim.Set, ticket.Plan.Endpoint, now);
        for (var i = 0; i < opensAt.Length; i++)
        {
            if (opensAt[i] <= latest && claim.MayTake(claim.Set.Keys[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How the keys of a service are.</summary>
    public IReadOnlyList<KeyStatus> KeysOf(BoundService service)
    {
        using var held = Hold();
        var now = Now;
        return service.DefaultPlan.Keys is { Every: { } every } ? [.. every.Keys.Select(key => every.Ring.StatusOf(key.Handle, HeadroomOf(every.LimitsOf(key), service, now), now))] : [];
    }

    /// <summary>How many requests could go with the keys that a ticket may take.</summary>
    public long LeftOfKeys(AdmissionTicket ticket)
    {
        if (ticket.Key is not { } claim)
        {
            return long.MaxValue;
        }

        using var held = Hold();
        var (left, now) = (0L, Now);
        foreach (var group in claim.Set.Keys.DistinctBy(static key => key.Group))
        {
            var least = long.MaxValue;
            foreach (var limit in claim.Set.LimitsOf(group))
            {
                ref var state = ref limit.Only!.State;
                var at = MomentOf(now, ticket.Plan.Service, limit);
                least = ticket.CostAt(limit) == 0 ? least : Math.Min(least, (limit.Rule.Present(ref state, at) - limit.Rule.Used(ref state, at)) / limit.PartsPerUnit);
            }

            left = Saturating.Add(left, Math.Max(least, 0));
        }

        return left;
    }

    /// <summary>The upstream accepted the key that a request went with. Returns whether that has opened it for others.</summary>
    public bool Accept(AdmissionTicket ticket)
    {
        using var held = Hold();
        return ticket.Key is { Chosen: { } key } claim && claim.Set.Ring.Accepted(key.Handle, ticket.Plan.Endpoint, Now, ticket.ChargedAt);
    }

    /// <summary>Decides together with what the limits that do not count by key say: until when, and which of them.</summary>
    private Decision DecideKey(AdmissionTicket ticket, KeyClaim claim, BoundService service, long now, long latest, Partition? refused, Partition? lacking = null)
    {
        var keys = claim.Set.Keys;
        var opensAt = OpenAll(claim.Set, ticket.Plan.Endpoint, now);
        var offers = 0;
        for (var i = 0; i < keys.Length && latest <= now && lacking is null; i++)
        {
            if (claim.MayTake(keys[i]) && EarliestWith(ticket, claim.Set, keys[i], service, now, opensAt[i], out var without).Instant <= now && without is null)
            {
                Offer(offers++, claim.Set, keys[i], service, now);
            }
        }

        if (offers > 0)
        {
            claim.Chosen = ChosenOf(claim, offers, ticket.Tenant);
            return Decision.Admitted(now);
        }

        var best = Decision.Wait(LimitRule.Never, claim.Set.OutOfKeys);
        claim.First = null;
        for (var i = 0; i < keys.Length; i++)
        {
            if (claim.MayTake(keys[i]))
            {
                var (instant, by) = EarliestWith(ticket, claim.Set, keys[i], service, now, opensAt[i], out var without);
                var decision = instant > latest ? WaitWith(ticket, claim.Set, keys[i], service, now, instant, by) : WaitWith(ticket, claim.Set, keys[i], service, now, latest, refused);
                if (decision.Earliest <= now)
                {
                    // Nothing that is known holds it up: what it lacks is asked for.
                    decision = Decision.Wait(LimitRule.Never, lacking ?? without);
                }

                if (claim.First is null || IsSooner(decision, best, claim))
                {
                    (best, claim.First) = (decision, keys[i]);
                }
            }
        }

        return best;
    }

    /// <summary>The first instant at which a request may go when so much of what waits goes before it, spread over the keys by what they can give. Not later than that.</summary>
    private Decision ProjectKey(AdmissionTicket ticket, KeyClaim claim, BoundService service, long now, WaitingLine? line, long latest, Partition? refused)
    {
        var keys = claim.Set.Keys;
        var opensAt = OpenAll(claim.Set, ticket.Plan.Endpoint, now);
        var best = Decision.Wait(LimitRule.Never, claim.Set.OutOfKeys);
        for (var i = 0; i < keys.Length; i++)
        {
            if (!claim.MayTake(keys[i]))
            {
                continue;
            }

            var (instant, by) = (opensAt[i], claim.Set.OutOfKeys);
            foreach (var limit in claim.Set.LimitsOf(keys[i]))
            {
                var cost = ticket.CostAt(limit);
                if (cost == 0)
                {
                    continue;
                }

                var ahead = ShareOf(line?.QueuedBefore(ticket, claim.Set.Lot, limit) ?? 0, limit, claim, service, now);
                var earliest = cost > limit.Capacity ? LimitRule.Never : limit.Rule.Project(ref limit.Only!.State, MomentOf(now, service, limit), Saturating.Add(ahead, cost));
                if (earliest > instant)
                {
                    (instant, by) = (earliest, limit.Only);
                }
            }

            var projected = Decision.Wait(instant, by);
            best = IsSooner(projected, best, claim) ? projected : best;
        }

        var last = best.Earliest > latest ? best : Decision.Wait(latest, refused);
        return last.Earliest <= now ? Decision.Admitted(now) : last;
    }

    /// <summary>Of two that nobody can tell an instant of, the one that waits for a release and not for a key that must be replaced.</summary>
    private static bool IsSooner(in Decision one, in Decision other, KeyClaim claim) =>
        one.Earliest < other.Earliest || (one.Earliest == LimitRule.Never && other.Earliest == LimitRule.Never && ReferenceEquals(other.Refused, claim.Set.OutOfKeys));

    /// <summary>How much of what waits for any of the keys goes with those of one limit: the part of all that can be had which it has.</summary>
    private long ShareOf(long ahead, BoundLimit limit, KeyClaim claim, BoundService service, long now)
    {
        if (ahead == 0)
        {
            return 0;
        }

        var (own, all) = (0.0, 0.0);
        foreach (var key in claim.Set.Keys)
        {
            foreach (var other in claim.Set.LimitsOf(key))
            {
                if (string.Equals(other.Unit, limit.Unit, StringComparison.Ordinal) && other.Rule.Window == limit.Rule.Window)
                {
                    var present = (double)other.Rule.Present(ref other.Only!.State, MomentOf(now, service, other));
                    all += present;
                    own += ReferenceEquals(other, limit) ? present : 0;
                }
            }
        }

        // Keys of one group are one quota, however often it was counted.
        return all > 0 ? (long)(ahead * Math.Min(own / all, 1)) : ahead;
    }

    /// <summary>When a request may go with one key as far as that goes, and what holds it up until then; and of which limit, that is counted elsewhere, it lacks what nobody has refused.</summary>
    private (long Instant, Partition By) EarliestWith(AdmissionTicket ticket, KeySet set, BoundKey key, BoundService service, long now, long opensAt, out Partition? lacking)
    {
        lacking = null;
        var (latest, by) = (Math.Max(opensAt, now), set.OutOfKeys);
        foreach (var limit in set.LimitsOf(key))
        {
            var cost = ticket.CostAt(limit);
            if (cost == 0)
            {
                continue;
            }

            var earliest = limit.Rule.Earliest(ref limit.Only!.State, MomentOf(now, service, limit), cost);
            if (earliest == LimitRule.Never && limit.Rule is SharedRule && cost <= limit.Capacity)
            {
                lacking = limit.Only;
            }
            else if (earliest > latest)
            {
                (latest, by) = (earliest, limit.Only);
            }
        }

        return (latest, by);
    }

    /// <summary>Takes the chosen key: its charges stand behind the others from here on.</summary>
    private static KeyHandle Go(AdmissionTicket ticket, KeyClaim claim, BoundKey key, long now)
    {
        claim.Chosen = key;
        claim.Set.Ring.Went(key.Handle, ticket.Plan.Endpoint, now);
        return key.Handle;
    }

    /// <summary>A key for a request that goes whether there is room or not.</summary>
    private BoundKey? PickUnheld(AdmissionTicket ticket, KeyClaim claim, long now)
    {
        var keys = claim.Set.Keys;
        var opensAt = OpenAll(claim.Set, ticket.Plan.Endpoint, now);
        var (offers, first) = (0, -1);
        for (var i = 0; i < keys.Length; i++)
        {
            if (!claim.MayTake(keys[i]))
            {
                continue;
            }

            first = first < 0 || opensAt[i] < opensAt[first] ? i : first;
            if (opensAt[i] <= now)
            {
                Offer(offers++, claim.Set, keys[i], ticket.Plan.Service, now);
            }
        }

        return offers > 0 ? ChosenOf(claim, offers, ticket.Tenant) : first >= 0 ? keys[first] : null;
    }

    private BoundKey ChosenOf(KeyClaim claim, int offers, string? tenant) => _offered[claim.Set.Ring.Choose(_offers.AsSpan(0, offers), tenant)];

    private ReadOnlySpan<long> OpenAll(KeySet set, string endpoint, long now)
    {
        if (_opensAt.Length < set.Keys.Length)
        {
            _opensAt = new long[set.Keys.Length];
            _offers = new KeyOffer[set.Keys.Length];
            _offered = new BoundKey[set.Keys.Length];
        }

        var opensAt = _opensAt.AsSpan(0, set.Keys.Length);
        set.Ring.Open(set.Keys, endpoint, now, opensAt);
        return opensAt;
    }

    private void Offer(int place, KeySet set, BoundKey key, BoundService service, long now) =>
        (_offers[place], _offered[place]) = (new KeyOffer(key.Handle, set.Ring.WantsHeadroom ? HeadroomOf(set.LimitsOf(key), service, now) : 1), key);

    /// <summary>What is left of the limit of which least is left, as a share.</summary>
    private double HeadroomOf(BoundLimit[] limits, BoundService service, long now)
    {
        var headroom = 1.0;
        foreach (var limit in limits)
        {
            if (limit.IsPace)
            {
                // Near its end all the time, and no part of the quota.
                continue;
            }

            ref var state = ref limit.Only!.State;
            var at = MomentOf(now, service, limit);
            var present = limit.Rule.Present(ref state, at);
            var used = limit.Rule is SharedRule shared ? shared.Heard(ref state, at) : limit.Rule.Used(ref state, at);
            headroom = Math.Min(headroom, (double)(present - used) / present);
        }

        return Math.Max(headroom, 0);
    }
}
