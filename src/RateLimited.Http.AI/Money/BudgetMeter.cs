using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.AI.Money;

/// <summary>
/// Watches one budget: what is spent in its window, by the arithmetic of the limits, and whether a warning is due. It refuses nothing; a limit does, where the budget says so. Thread-safe.
/// </summary>
internal sealed class BudgetMeter(BudgetRule rule, MonotonicClock clock)
{
    private readonly Lock _lock = new();
    private LimitState _state;
    private bool _hasWarned;

    public BudgetRule Rule { get; } = rule;

    /// <summary>Takes over what another rule of the same name has counted.</summary>
    public void Adopt(BudgetMeter previous)
    {
        lock (previous._lock)
        {
            (_state, _hasWarned) = (previous._state, previous._hasWarned);
            Rule.Limit.Adopt(ref _state, previous.Rule.Limit, clock.At(guard: 0));
        }
    }

    /// <summary>Adds what was spent, in millionths of a dollar. Returns whether that is where a warning is due, once until it is below again.</summary>
    public bool Add(long millionths)
    {
        lock (_lock)
        {
            var at = clock.At(guard: 0);
            _hasWarned &= IsOver(at);
            Rule.Limit.Charge(ref _state, at, millionths);
            if (_hasWarned || !IsOver(at))
            {
                return false;
            }

            _hasWarned = true;
            return true;
        }
    }

    public BudgetStatus Status()
    {
        lock (_lock)
        {
            var at = clock.At(guard: 0);
            _hasWarned &= IsOver(at);
            var spent = (decimal)Rule.Limit.Used(ref _state, at) / UnitCost.Finest;
            return new BudgetStatus(Rule.Name, (decimal)Rule.Limit.Quota / UnitCost.Finest, spent, Projected(spent, at));
        }
    }

    private bool IsOver(in Moment at) => (Int128)Rule.Limit.Used(ref _state, at) * 100 >= (Int128)Rule.Limit.Quota * Rule.WarnPercent;

    /// <summary>Of a fixed window the end is known, and how long it is.</summary>
    private decimal? Projected(decimal spent, in Moment at)
    {
        if (Rule.Limit is not FixedWindow || _state.Mark <= at.Now)
        {
            return null;
        }

        var (left, length) = (new TimeSpan(_state.Mark - at.Now), new TimeSpan(Rule.Limit.Window));
        return Projection.Of(spent, length - left, left, length);
    }
}

/// <summary>A budget as configured: valid and immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Limit">How it counts, in millionths of a dollar.</param>
/// <param name="WarnPercent">At which part of it a warning is due.</param>
internal sealed record BudgetRule(string Name, LimitRule Limit, int WarnPercent);
