using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Keys whose limits other processes count too: with which of them to ask. Only under the gate.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>
    /// The key that is asked with, of those that nothing known holds up, by what was heard last of their quotas. Null where there is none, and while one is being asked with: what comes of that may be
    /// enough.
    /// </summary>
    public BoundKey? KeyToAsk(AdmissionTicket ticket, KeyClaim claim, long now)
    {
        var (keys, service) = (claim.Set.Keys, ticket.Plan.Service);
        var opensAt = OpenAll(claim.Set, ticket.Plan.Endpoint, now);
        var offers = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            if (!claim.MayTake(keys[i]) || opensAt[i] > now)
            {
                continue;
            }

            if (IsAsked(ticket, claim.Set.LimitsOf(keys[i])))
            {
                return null;
            }

            if (IsWorthAsking(ticket, claim.Set.LimitsOf(keys[i]), service, now))
            {
                Offer(offers++, claim.Set, keys[i], service, now);
            }
        }

        return offers == 0 ? null : ChosenOf(claim, offers, ticket.Tenant);
    }

    private static bool IsAsked(AdmissionTicket ticket, BoundLimit[] limits)
    {
        foreach (var limit in limits)
        {
            if (limit.Only!.State.Extra is SharedBalance { IsAsked: true } && ticket.CostAt(limit) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a key's limits would let a request go, as far as this process knows.</summary>
    private bool IsWorthAsking(AdmissionTicket ticket, BoundLimit[] limits, BoundService service, long now)
    {
        foreach (var limit in limits)
        {
            var cost = ticket.CostAt(limit);
            if (cost == 0)
            {
                continue;
            }

            var isInVain = limit is { Rule: SharedRule, Only.State.Extra: SharedBalance balance }
                ? cost > limit.Capacity || (balance.Lacks(now, cost) && balance.IsDenied(now, cost))
                : limit.Rule.Earliest(ref limit.Only!.State, MomentOf(now, service, limit), cost) > now;
            if (isInVain)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>When the first key can have all that a request needs of it, as far as was said; zero for a request without keys, or where nobody says.</summary>
    private long ToldOfKeys(AdmissionTicket ticket, long now)
    {
        if (ticket.Key is not { } claim)
        {
            return 0;
        }

        var (keys, service, first) = (claim.Set.Keys, ticket.Plan.Service, LimitRule.Never);
        var opensAt = OpenAll(claim.Set, ticket.Plan.Endpoint, now);
        for (var i = 0; i < keys.Length; i++)
        {
            if (!claim.MayTake(keys[i]))
            {
                continue;
            }

            var told = opensAt[i];
            foreach (var limit in claim.Set.LimitsOf(keys[i]))
            {
                if (ticket.CostAt(limit) is > 0 and var cost)
                {
                    told = Math.Max(told, limit is { Rule: SharedRule, Only.State.Extra: SharedBalance balance }
                        ? balance.Told(now, cost)
                        : limit.Rule.Earliest(ref limit.Only!.State, MomentOf(now, service, limit), cost));
                }
            }

            first = Math.Min(first, told);
        }

        return first == LimitRule.Never ? 0 : first;
    }
}
