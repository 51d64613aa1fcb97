using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>Writes down what happens in a simulation, and what it comes to.</summary>
internal sealed class RunBooks(SimulationSetup setup, Moment begin)
{
    private readonly List<long> _waits = [];
    private readonly Dictionary<(RejectionReason Reason, string? Limit), long> _refusals = [];
    private readonly Dictionary<string, long> _heldUp = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _costs = new(StringComparer.Ordinal);
    private readonly IntervalBooks _intervals = new(setup.Duration);
    private readonly LimitLedger _limits = new();
    private long _came;
    private long _atOnce;
    private long _lastAdmission;
    private long _lastAnswer;

    /// <summary>How many wait.</summary>
    public long Waiting { get; private set; }

    public void Came(long now)
    {
        _came++;
        _intervals.At(now).Requests++;
    }

    public void Waits(long now, string? limit)
    {
        Waiting++;
        if (limit is not null)
        {
            _heldUp[limit] = _heldUp.GetValueOrDefault(limit) + 1;
        }

        _intervals.At(now).NoteWaiting(Waiting);
    }

    public void WaitsNoMore(long now)
    {
        _intervals.At(now).NoteWaiting(Waiting);
        Waiting--;
    }

    public void Refused(long now, RateLimitRejectedException refusal)
    {
        var key = (refusal.Reason, refusal.Limit);
        _refusals[key] = _refusals.GetValueOrDefault(key) + 1;
        _intervals.At(now).Refused++;
    }

    public void Went(long now, long came, AdmissionTicket ticket, TimeSpan latency)
    {
        _waits.Add(now - came);
        _atOnce += now == came ? 1 : 0;
        _lastAdmission = now;
        _lastAnswer = Math.Max(_lastAnswer, now + latency.Ticks);
        _intervals.At(now).Admitted++;
        _limits.Went(ticket, latency);
        var saysRequests = false;
        foreach (var cost in ticket.Costs ?? [])
        {
            saysRequests |= string.Equals(cost.Unit, UnitCost.Requests, StringComparison.Ordinal);
            Cost(cost.Unit, cost.Value);
        }

        Cost(UnitCost.Requests, saysRequests ? 0 : 1);
    }

    public SimulationReport Report(long now)
    {
        var refused = _refusals.Values.Sum();
        var end = setup.Demand is BacklogDemand ? _lastAdmission + 1 : Math.Max(setup.Duration.Ticks, _lastAdmission + 1);
        var refusedBy = _refusals.Where(static each => each.Key.Limit is not null).GroupBy(static each => each.Key.Limit!, static each => each.Value, StringComparer.Ordinal)
            .ToDictionary(static each => each.Key, static each => each.Sum(), StringComparer.Ordinal);
        var limits = _limits.Uses(begin, end, setup.Keys, _heldUp, refusedBy);
        return new SimulationReport
        {
            Requests = _came,
            Admitted = _waits.Count,
            AtOnce = _atOnce,
            Refused = refused,
            LastAdmission = new TimeSpan(_lastAdmission),
            LastAnswer = new TimeSpan(_lastAnswer),
            Waits = WaitsOf(_waits),
            Refusals = [.. _refusals.OrderByDescending(static each => each.Value).ThenBy(static each => each.Key.Reason).ThenBy(static each => each.Key.Limit, StringComparer.Ordinal)
                .Select(static each => new RefusalCount(each.Key.Reason, each.Key.Limit, each.Value))],
            Limits = limits,
            Bottleneck = _heldUp.Concat(refusedBy).GroupBy(static each => each.Key, static each => each.Value, StringComparer.Ordinal).MaxBy(static each => each.Sum())?.Key,
            Costs = _costs,
            Price = setup.Prices.Count == 0 ? null : setup.Prices.Sum(price => price.Value * _costs.GetValueOrDefault(price.Key)),
            Intervals = _intervals.Written(Math.Max(now, setup.Duration.Ticks)),
        };
    }

    private void Cost(string unit, decimal amount) => _costs[unit] = _costs.GetValueOrDefault(unit) + amount;

    private static WaitTimes WaitsOf(List<long> waits)
    {
        if (waits.Count == 0)
        {
            return new WaitTimes(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        }

        waits.Sort();
        return new WaitTimes(new TimeSpan((long)waits.Average()), At(0.5), At(0.9), At(0.99), At(1));

        TimeSpan At(double part) => new(waits[Math.Max((int)Math.Ceiling(waits.Count * part) - 1, 0)]);
    }
}
