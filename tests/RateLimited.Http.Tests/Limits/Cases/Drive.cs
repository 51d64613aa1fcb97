using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits.Cases;

/// <summary>Takes a scenario's steps with a rule, as the store would: asks, charges what is admitted, gives back and settles.</summary>
internal sealed class Drive(LimitRule rule, Scenario scenario)
{
    /// <summary>Seven thousand years: waits beyond are not waited for.</summary>
    private const long LatestNow = long.MaxValue / 4;

    private LimitState _state;
    private long _told;

    public LimitRule Rule { get; set; } = rule;

    public Ledger Ledger { get; } = new();

    public long Now { get; set; } = scenario.Start;

    /// <summary>What to add to an instant to get UTC.</summary>
    public long Wall { get; set; } = Scenario.Wall;

    public Moment At => new(Now, Wall, scenario.Guard);

    public ref LimitState State => ref _state;

    /// <summary>Called after each step; the entry is what was admitted in it, if anything was.</summary>
    public Action<Ledger.Entry?> AfterStep { get; init; } = static _ => { };

    /// <summary>Called with what was refused and when it was told to come back.</summary>
    public Action<long, long> Refused { get; init; } = static (_, _) => { };

    /// <summary>Whether settlements upward count where the charge was, as in a window, or when they became known, as in a bucket.</summary>
    public bool CountsMoreAtOnce { get; init; }

    public bool CanGiveBack { get; init; } = true;

    public bool CanChargeMore { get; init; } = true;

    public void Run()
    {
        foreach (var step in scenario.Steps)
        {
            Take(step);
        }
    }

    public void Take(in Step step)
    {
        Now += step.After(scenario, Now, _told);
        var admitted = default(Ledger.Entry);
        switch (step.Act)
        {
            case Act.TryWhenTold:
                var cost = step.Cost(Rule.Capacity);
                var told = Rule.Earliest(ref _state, At, cost);
                Now = told > LatestNow ? Now : told;
                admitted = Try(cost);
                break;
            case Act.GiveBack when CanGiveBack:
                GiveBack(step);
                break;
            case Act.ChargeMore when CanChargeMore:
                ChargeMore(step);
                break;
            case Act.Look:
                Rule.Used(ref _state, At).ShouldBeGreaterThanOrEqualTo(0);
                Rule.Project(ref _state, At, step.Cost(Rule.Capacity)).ShouldBeGreaterThanOrEqualTo(Now);
                _ = Rule.FreshAt(_state, At);
                break;
            default:
                admitted = Try(step.Cost(Rule.Capacity));
                break;
        }

        AfterStep(admitted);
    }

    private Ledger.Entry? Try(long cost)
    {
        var earliest = Rule.Earliest(ref _state, At, cost);
        earliest.ShouldBeGreaterThanOrEqualTo(Now);
        if (earliest > Now)
        {
            _told = earliest > LatestNow ? _told : earliest;
            Refused(cost, earliest);
            return null;
        }

        return Ledger.Add(Now, cost, Rule.Charge(ref _state, At, cost));
    }

    private void GiveBack(in Step step)
    {
        if (Pick(step) is not { Amount: > 0, More: 0 } entry)
        {
            return;
        }

        var amount = step.Cost(entry.Amount);
        Rule.GiveBack(ref _state, At, entry.Receipt, amount);
        entry.Amount -= amount;
    }

    private void ChargeMore(in Step step)
    {
        if (Pick(step) is not { } entry)
        {
            return;
        }

        var amount = step.Cost(Rule.Quota);
        Rule.ChargeMore(ref _state, At, entry.Receipt, amount);
        if (CountsMoreAtOnce)
        {
            Ledger.Add(Now, amount, isSend: false);
        }
        else
        {
            entry.More += amount;
        }
    }

    /// <summary>Mostly of the latest, which still count.</summary>
    private Ledger.Entry? Pick(in Step step)
    {
        var sends = Ledger.Sends.ToList();
        return sends.Count == 0 ? null : sends[sends.Count - 1 - (step.RawLease % Math.Min(sends.Count, 1 + (step.RawLease % 12)))];
    }
}
