using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// Questions of requests that go with one of several keys: they are asked with one at a time, whose limits decide with all the others, and where that one is out, with the next. Only under the gate.
/// </summary>
internal sealed partial class SharedService
{
    /// <summary>Chooses the key that a request is asked with, and counts what it lacks of that. Returns whether there is anything to ask.</summary>
    private bool TryTakeKey(AdmissionTicket ticket, KeyClaim claim, long now, ref int lacking)
    {
        if (_store.KeyToAsk(ticket, claim, now) is not { } key)
        {
            return false;
        }

        claim.Asked = key;
        foreach (var limit in claim.Set.LimitsOf(key))
        {
            lacking += Lacks(ticket, limit, now) ? 1 : 0;
        }

        if (lacking == 0)
        {
            return false;
        }

        lacking += claim.Set.RestsOf(key).Length;
        Look(claim, key);
        LookAtRests(now);
        return true;
    }

    /// <summary>Adds what a request lacks of the key that it is asked with. Returns how many limits that is.</summary>
    private int WantOfKey(AdmissionTicket ticket, Span<SharedWant> wants, long now)
    {
        var next = 0;
        if (ticket.Key is not { Asked: { } key } claim)
        {
            return next;
        }

        // Before all others: what is heard of a key may make the rest needless.
        foreach (var rest in claim.Set.RestsOf(key))
        {
            wants[next++] = new SharedWant { Balance = rest.Balance, Part = 1 };
        }

        // Those behind are spread over the keys.
        var others = Saturating.DivideUp(Math.Min(Math.Max(_waiting() - 1, 0), MostQuestions * 2), claim.Set.Keys.Length);
        foreach (var limit in claim.Set.LimitsOf(key))
        {
            if (!Lacks(ticket, limit, now))
            {
                continue;
            }

            var (balance, cost) = ((SharedBalance)limit.Only!.State.Extra!, ticket.CostAt(limit));
            var ahead = limit.Rule.IsReleased || Ahead == 0 ? 0 : AheadOf(balance, balance.TakeRate(now), Ahead);
            wants[next++] = new SharedWant
            {
                Balance = balance,
                Least = cost - balance.HeldAt(now),
                More = Math.Min(Saturating.Add(Saturating.Multiply(cost, others), ahead), limit.Capacity),
                Part = ahead > 0 ? 2 * Instances : 1,
            };
            balance.IsAsked = true;
        }

        return next;
    }

    /// <summary>What is asked for a key's sake is kept for whoever does not wait and may come back.</summary>
    private static void PassByKey(AdmissionTicket ticket, long now)
    {
        if (ticket.Key is not { Asked: { } key } claim)
        {
            return;
        }

        foreach (var limit in claim.Set.LimitsOf(key))
        {
            if (Lacks(ticket, limit, now))
            {
                ((SharedBalance)limit.Only!.State.Extra!).IsPassedBy = true;
            }
        }
    }

    /// <summary>How much the others have used is heard of the key that is asked with, and of the one of which it was heard the longest ago: the next choice depends on it.</summary>
    private void Look(KeyClaim claim, BoundKey key)
    {
        LookAt(claim.Set.LimitsOf(key));
        if (!claim.Set.Ring.WantsHeadroom)
        {
            return;
        }

        var oldest = key;
        foreach (var other in claim.Set.Keys)
        {
            oldest = other.Group != key.Group && (oldest.Group == key.Group || HeardSinceOf(claim.Set.LimitsOf(other)) < HeardSinceOf(claim.Set.LimitsOf(oldest))) ? other : oldest;
        }

        if (oldest.Group != key.Group)
        {
            LookAt(claim.Set.LimitsOf(oldest));
        }
    }

    private void LookAt(BoundLimit[] limits)
    {
        foreach (var limit in limits)
        {
            if (limit is { Rule: SharedRule, Only.State.Extra: SharedBalance balance })
            {
                _notes.Add(new SharedNote { Kind = NoteKind.Look, Balance = balance });
            }
        }
    }

    private static long HeardSinceOf(BoundLimit[] limits)
    {
        var since = LimitRule.Never;
        foreach (var limit in limits)
        {
            since = limit is { Rule: SharedRule, Only.State.Extra: SharedBalance balance } ? Math.Min(since, balance.HeardSince) : since;
        }

        return since;
    }

    private static bool Lacks(AdmissionTicket ticket, BoundLimit limit, long now) =>
        limit is { Rule: SharedRule, Only.State.Extra: SharedBalance balance } && balance.HeldAt(now) < ticket.CostAt(limit);
}
