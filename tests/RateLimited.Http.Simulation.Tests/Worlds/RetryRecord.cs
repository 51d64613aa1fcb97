using RateLimited.Http.Resilience;
using RateLimited.Http.Simulation.Tests.Oracles;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>The real budget of repeats, and beside it all first attempts and repeats one by one.</summary>
internal sealed class RetryRecord
{
    private const long Percent = 20;
    private const long Floor = 3;

    private readonly RetryBudget _budget = new();
    private readonly List<long> _first = [];
    private readonly List<long> _repeats = [];

    public void FirstAttempt(long now)
    {
        _budget.FirstAttempt(now);
        _first.Add(now);
    }

    /// <summary>Whether one more repeat may go.</summary>
    /// <exception cref="InvariantException">It may, though the budget is spent.</exception>
    public bool TryTake(long now)
    {
        if (!_budget.TryTake(now, Percent, Floor))
        {
            return false;
        }

        _repeats.Add(now);

        // What is counted is forgotten in steps of a tenth of the window: never later than after all of it, at times after nine tenths.
        var since = now - (RetryBudget.Window / RollingCounts.Steps * (RollingCounts.Steps - 1));
        var (repeats, first) = (_repeats.Count(at => at > since), _first.Count(at => at > now - RetryBudget.Window));
        return (repeats - Floor) * 100 <= first * Percent
            ? true
            : throw new InvariantException($"{repeats} repeats went in {RetryBudget.Window} ticks of {first} first attempts, and at most {Percent} % and {Floor} may");
    }
}
