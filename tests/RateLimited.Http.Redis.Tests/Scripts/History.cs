using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Messages;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>What happens to limits, in raw numbers that are read as the history is made: what is told depends on what was decided.</summary>
internal sealed record History(int[] Raw)
{
    private const int RawsPerStep = 4;

    private const int UsualCode = 99;

    /// <summary>How many bytes stand in a key before the first head.</summary>
    private const int HeaderBytes = 28;

    /// <summary>1 January 2026, in microseconds of the server's clock.</summary>
    private const long Begin = 1_767_225_600_000_000;

    /// <summary>Seventeen years: beyond twice as many a bucket's debt saturates, in a script sooner than in a process.</summary>
    private const long Longest = 1L << 49;

    public static readonly Arbitrary<History> Any = Arb.From(
        from steps in Gen.Choose(1, 60)
        from raw in Gen.Choose(0, int.MaxValue - 1).ArrayOf(steps * RawsPerStep)
        select new History(raw),
        static failing => Smaller(failing));

    public override string ToString() => string.Join(' ', Raw);

    /// <summary>Carries it out on the C# rules. Returns the steps for the script and what it must answer.</summary>
    /// <param name="twins">The limits, all charged by every request.</param>
    /// <param name="window">The window that pauses are drawn by.</param>
    /// <param name="isReleased">Whether what was granted must be given back.</param>
    /// <param name="jumpsOneIn">Of how many steps one finds that the clock has fallen back.</param>
    public (byte[] Steps, List<long> Answers) CarryOut(Twin[] twins, long window, bool isReleased = false, int jumpsOneIn = 41)
    {
        var message = new MessageWriter();
        var answers = new List<long>();
        var grants = new List<Grant>();
        var (now, told, hasWritten) = (Begin + Raw[0] % 1_000_000_000L, 0L, false);
        for (var i = 0; i < Raw.Length; i += RawsPerStep)
        {
            var (pause, act, amount, lease) = (Raw[i], Raw[i + 1], Raw[i + 2], Raw[i + 3]);
            var after = After(pause, window, twins[0].Rule.Quota, told - now);
            if (pause % jumpsOneIn == jumpsOneIn - 1 && hasWritten)
            {
                // Right after a write: the script knows of no other instant that the clock has shown.
                var back = 1 + (pause % (2 * window));
                now -= back;
                foreach (var twin in twins)
                {
                    twin.FellBack += back;
                }
            }
            else
            {
                now += after;
            }

            var before = message.Count;
            message.Add(now);
            var terms = message.Count;
            WriteTerms(message, twins, now);
            var chosen = grants.Count == 0 ? null : grants[grants.Count - 1 - (lease % Math.Min(grants.Count, 1 + (lease % 12)))];
            var (index, twinIndex) = (chosen is null ? 0 : grants.IndexOf(chosen) + 1, lease % twins.Length);
            hasWritten = false;
            switch (act % 20)
            {
                case < 4 when chosen is not null:
                    GiveBack(message, twins[twinIndex], twinIndex, chosen, index, now, amount);
                    Said(answers);
                    break;
                case 4 when chosen is not null && !isReleased:
                    ChargeMore(message, twins[twinIndex], twinIndex, chosen, index, now, amount);
                    Said(answers);
                    break;
                case 5 or 6 when chosen is not null && !isReleased:
                    Answer(message, twins[twinIndex], twinIndex, chosen, index, now, amount);
                    Said(answers);
                    break;
                case 7 when twins[twinIndex] is { Rule: FixedWindow, IsInTicks: true }:
                    Announce(message, twins[twinIndex], twinIndex, now, Amounts.Scaled(amount, 0, 2 * window));
                    Said(answers);
                    break;
                case 8 or 9 or 10 or 11 when twins[twinIndex] is { Rule: FleetQuota }:
                    answers.AddRange([1, Hear(message, twins[twinIndex], twinIndex, now, amount, Amounts.Scaled(pause, 0, 2 * window), window)]);
                    break;
                case 8 or 9 or 10 or 11 when twins[twinIndex] is { Rule: FleetBucket }:
                    answers.AddRange([1, HearLevel(message, twins[twinIndex], twinIndex, now, amount, Amounts.Scaled(pause, 0, window / 2))]);
                    break;
                case 12 when twins[twinIndex] is { Rule: FleetRule }:
                    Count(message, twins[twinIndex], twinIndex, now, CostOf(amount, twins[twinIndex].Rule.Quota));
                    Said(answers);
                    break;
                case 14 when twins[twinIndex] is { Rule: FleetQuota } && chosen is not null:
                    Unuse(message, twins[twinIndex], twinIndex, chosen, now);
                    Said(answers);
                    break;
                case 13 when twins[twinIndex] is { Rule: FleetQuota }:
                    Share(message, twins[twinIndex], twinIndex, now, Amounts.Scaled(amount, 1, 2 * window));
                    Said(answers);
                    break;
                default:
                    (told, hasWritten) = Ask(message, twins, now, amount, grants, answers, lease % 8 > 0 && twins.All(static twin => twin.Terms.HeadBytes > 0) ? terms : -1);
                    break;
            }

            if (answers[^1] > Longest)
            {
                answers.RemoveRange(answers.Count - 2, 2);
                message.Truncate(before);
                break;
            }
        }

        return (message.ToBytes(), answers);
    }

    private static (long Told, bool IsAdmitted) Ask(MessageWriter message, Twin[] twins, long now, int raw, List<Grant> grants, List<long> answers, int usualFrom)
    {
        var costs = twins.Select((twin, index) => CostOf(raw + index, twin.Rule.Capacity)).ToArray();
        if (usualFrom >= 0)
        {
            // The usual message says for itself what the limits are.
            message.Truncate(usualFrom);
            message.Add(0, UsualCode, HeaderBytes + twins.Sum(static twin => twin.Terms.HeadBytes), twins.Length);
            for (var i = 0; i < twins.Length; i++)
            {
                twins[i].Terms.WriteUsual(message, costs[i], twins[i].Guard);
            }
        }
        else
        {
            message.Add(0, twins.Length);
            for (var i = 0; i < twins.Length; i++)
            {
                var (whole, parts) = twins[i].Terms.TimeOf(costs[i], twins[i].Guard);
                message.Add(i + 1, costs[i], whole, parts);
            }
        }

        var wait = WaitOf(twins, costs, now);
        if (wait != 0)
        {
            answers.AddRange([0, wait]);
            return (wait < 0 ? 0 : now + wait, false);
        }

        var receipts = twins.Select((twin, index) => twin.Rule.Charge(ref twin.State, twin.At(now), costs[index])).ToArray();
        grants.Add(new Grant(receipts, costs));
        answers.AddRange([1, 0]);
        return (0, true);
    }

    /// <summary>What the in-process store decides for limits together: the wait until all are open at once.</summary>
    private static long WaitOf(Twin[] twins, long[] costs, long now)
    {
        var latest = 0L;
        for (var i = 0; i < twins.Length; i++)
        {
            var wait = twins[i].WaitOf(twins[i].Rule.Earliest(ref twins[i].State, twins[i].At(now), costs[i]), now);
            if (wait < 0)
            {
                return wait;
            }

            latest = Math.Max(latest, wait);
        }

        for (var before = -1L; before < latest && latest > 0;)
        {
            before = latest;
            for (var i = 0; i < twins.Length; i++)
            {
                var twin = twins[i];
                var at = twin.At(now);
                latest = Math.Max(latest, twin.WaitOf(twin.Rule.EarliestNotBefore(ref twin.State, at, costs[i], at.Now + twin.InUnits(latest)), now));
            }
        }

        return latest;
    }

    private static void GiveBack(MessageWriter message, Twin twin, int limit, Grant grant, int index, long now, int raw)
    {
        var amount = twin.Rule.IsReleased || grant.Left[limit] == 0 ? grant.Left[limit] : CostOf(raw, grant.Left[limit]);
        var (whole, parts) = twin.Terms.CreditOf(amount);
        message.Add(1, limit + 1, index, whole, parts);
        twin.Rule.GiveBack(ref twin.State, twin.At(now), grant.Receipts[limit], amount);
        grant.Left[limit] -= amount;
    }

    private static void ChargeMore(MessageWriter message, Twin twin, int limit, Grant grant, int index, long now, int raw)
    {
        var amount = CostOf(raw, twin.Rule.Quota);
        var (whole, parts) = twin.Terms.TimeOf(amount, twin.Guard);
        message.Add(2, limit + 1, index, whole, parts);
        twin.Rule.ChargeMore(ref twin.State, twin.At(now), grant.Receipts[limit], amount);
        grant.Left[limit] = 0;
    }

    private static void Answer(MessageWriter message, Twin twin, int limit, Grant grant, int index, long now, int raw)
    {
        // Whoever is answered has arrived after it was charged, and not later than now.
        var age = (long)(raw % 1000) * twin.Guard / 1000;
        message.Add(3, limit + 1, index, grant.Left[limit], age);
        var at = twin.At(now);
        grant.Receipts[limit] = twin.Rule.Answer(ref twin.State, at, grant.Receipts[limit], grant.Left[limit], at.Now - twin.InUnits(age));
    }

    private static void Announce(MessageWriter message, Twin twin, int limit, long now, long after)
    {
        message.Add(6, limit + 1, 0, after, 0);
        var at = twin.At(now);
        twin.Rule.Announce(ref twin.State, at, at.Now + twin.InUnits(after));
    }

    private static long Hear(MessageWriter message, Twin twin, int limit, long now, int raw, long after, long window)
    {
        var (used, tolerance, isCounted) = (Amounts.Scaled(raw, 0, 2 * twin.Rule.Quota), window / (2 + (raw % 7)), raw % 5 > 0);
        message.Add(isCounted ? 11 : 15, limit + 1, used, after, tolerance);
        var at = twin.At(now);
        return ((FleetQuota)twin.Rule).Hear(ref twin.State, at, used, at.Now + after, tolerance, isCounted);
    }

    private static long HearLevel(MessageWriter message, Twin twin, int limit, long now, int raw, long age)
    {
        var (used, uncounted, isOfRefusal) = (Amounts.Scaled(raw, 0, 2 * twin.Rule.Quota), (raw % 7) - 1, raw % 11 == 0);
        message.Add(isOfRefusal ? 21 : 20, limit + 1, used, uncounted, age);
        var at = twin.At(now);
        return ((FleetBucket)twin.Rule).Hear(ref twin.State, at, used, at.Now - age, uncounted, isOfRefusal) ? 1 : 0;
    }

    private static void Count(MessageWriter message, Twin twin, int limit, long now, long amount)
    {
        message.Add(12, limit + 1, amount, 0, 0);
        ((FleetRule)twin.Rule).Count(ref twin.State, twin.At(now), amount);
    }

    private static void Unuse(MessageWriter message, Twin twin, int limit, Grant grant, long now)
    {
        message.Add(16, limit + 1, 0, grant.Left[limit], 0);
        FleetQuota.Unused(ref twin.State, twin.At(now), grant.Left[limit]);
        grant.Left[limit] = 0;
    }

    private static void Share(MessageWriter message, Twin twin, int limit, long now, long duration)
    {
        message.Add(13, limit + 1, 0, duration, 0);
        FleetQuota.Share(ref twin.State, twin.At(now).Now + duration);
    }

    private static void WriteTerms(MessageWriter message, Twin[] twins, long now)
    {
        var at = message.Count;
        message.Add(0, 1, twins.Length);
        foreach (var twin in twins)
        {
            twin.Terms.Write(message, twin.Guard, now);
        }

        message.Set(at, message.Count - at - 1);
    }

    private static void Said(List<long> answers) => answers.AddRange([1, 0]);

    private static long After(int raw, long window, long quota, long untilTold) => (raw % 11) switch
    {
        0 or 1 => 0,
        2 => 1,
        3 => Amounts.Scaled(raw, 0, window),
        4 or 5 => window / (2 + (raw % 80)),
        6 => window + (raw % 3) - 1,
        7 => Math.Max(untilTold, 0),
        8 => Math.Max(untilTold - 1, 0),
        9 => (long)((Int128)window * (1 + (raw % 5)) / quota),
        _ => window * (1 + (raw % 4)),
    };

    private static long CostOf(int raw, long most) => (raw % 8) switch
    {
        0 or 1 => 1,
        2 => most,
        3 => Math.Max(most / (1 + (raw % 10)), 1),
        _ => Amounts.Scaled(raw, 1, most),
    };

    private static IEnumerable<History> Smaller(History failing)
    {
        var steps = failing.Raw.Length / RawsPerStep;
        for (var chunk = steps / 2; chunk >= 1; chunk /= 2)
        {
            for (var from = 0; from + chunk <= steps && chunk < steps; from += chunk)
            {
                yield return new History([.. failing.Raw[..(from * RawsPerStep)], .. failing.Raw[((from + chunk) * RawsPerStep)..]]);
            }
        }
    }

    private sealed record Grant(long[] Receipts, long[] Left);
}
