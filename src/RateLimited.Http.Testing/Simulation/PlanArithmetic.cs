using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>When the last of so many equal items may go, by each limit alone. Exact for whole items: what is left of a window that no item fits into is not used.</summary>
internal sealed class PlanArithmetic : IDisposable
{
    /// <summary>As many as the measured arrival guard needs to be told.</summary>
    private const int Samples = 8;

    private readonly PlanQuestion _question;
    private readonly InProcessStore _store;
    private readonly BoundService _service;
    private readonly AdmissionTicket _ticket = new();
    private readonly Moment _begin;

    /// <exception cref="ImpossiblePlanException">One item costs more than a limit ever gives.</exception>
    public PlanArithmetic(PlanQuestion question)
    {
        _question = question;
        var time = new ManualTimeProvider(question.Start);
        _store = new InProcessStore(time, DefinitionCompiler.Limits(question.GlobalLimits, UnitScale.Of(question.Options)));
        _begin = _store.Clock.At(guard: 0);
        var definition = DefinitionCompiler.Service(question.Service, question.Options);
        _service = new BoundService(definition, _store);
        for (var i = 0; i < Samples; i++)
        {
            _service.ObserveLatency(question.Latency.Ticks, sentAt: 0);
        }

        var costs = DefinitionCompiler.Router(definition).CostsOf(question.Item.Endpoint);
        var item = costs is null ? question.Item : question.Item with { Costs = EndpointCosts.Over(question.Item.Costs, costs) };
        _ticket.Resolve(_service.PlanOf(item), item);
        foreach (ref var charge in _ticket.Charges)
        {
            if (charge.Cost > charge.Partition.Limit.Capacity)
            {
                var limit = charge.Partition.Limit;
                throw new ImpossiblePlanException(
                    FormattableString.Invariant($"One item costs {InUnits(charge.Cost, limit)} {limit.Unit} → at most {InUnits(limit.Capacity, limit)}, all that the limit '{limit.Name}' ever gives."));
            }
        }
    }

    public long Items => _question.Items;

    /// <summary>How long the slowest limit takes.</summary>
    public TimeSpan Duration(long items, int keys)
    {
        var longest = _question.Latency;
        foreach (ref var charge in _ticket.Charges)
        {
            var duration = DurationOf(charge, items, keys);
            longest = duration > longest ? duration : longest;
        }

        return longest;
    }

    /// <summary>How long each limit takes, the slowest first. Limits that learn their quota are left out: nobody knows beforehand.</summary>
    public IReadOnlyList<LimitPace> Paces(long items, int keys)
    {
        var paces = new List<LimitPace>();
        foreach (ref var charge in _ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            if (!limit.Rule.Learns)
            {
                paces.Add(new LimitPace(limit.Name, IsShared(charge), limit.Unit, InUnits(charge.Cost, limit), InUnits(limit.Rule.Quota, limit), new TimeSpan(limit.Rule.Window), DurationOf(charge, items, keys)));
            }
        }

        // A limit and what spreads it are one: it takes as long as the slower of them.
        return [.. paces.OrderByDescending(static pace => pace.Duration).DistinctBy(static pace => (pace.Name, pace.IsShared))];
    }

    public ImpossiblePlanException NotWithin(TimeSpan within)
    {
        var slowest = _question.Latency > within ? null : Paces(Items, ServicePlanner.MostKeys).FirstOrDefault(pace => pace.Duration > within);
        return new ImpossiblePlanException(slowest is null
            ? $"{Items} items within {DurationText.Format(within)} → {Seconds(Duration(Items, ServicePlanner.MostKeys))} at least, whatever the number of keys."
            : $"{Items} items within {DurationText.Format(within)} → {Seconds(slowest.Duration)} at least, by the limit '{slowest.Name}'{(slowest.IsShared ? ", which all keys share" : $" with {ServicePlanner.MostKeys} keys")}.");
    }

    public void Dispose()
    {
        _ticket.Unresolve();
        _service.Dispose();
        _store.Dispose();
    }

    private static string Seconds(TimeSpan duration) => FormattableString.Invariant($"{duration.TotalSeconds:0.###} s");

    private static decimal InUnits(long parts, BoundLimit limit) => (decimal)parts / limit.PartsPerUnit;

    private static bool IsShared(in Charge charge) => charge.Partition.Limit.Scope == LimitScope.Global;

    private TimeSpan DurationOf(in Charge charge, long items, int keys)
    {
        var share = IsShared(charge) ? items : ((items - 1) / keys) + 1;
        return new TimeSpan(Saturating.Add(InstantOfLast(charge.Partition.Limit, charge.Cost, share), _question.Latency.Ticks));
    }

    private long InstantOfLast(BoundLimit limit, long cost, long items)
    {
        var rule = limit.Rule;
        if (rule.Learns)
        {
            return 0;
        }

        if (rule.IsReleased)
        {
            return Saturating.Multiply((items - 1) / (rule.Quota / cost), _question.Latency.Ticks);
        }

        var fresh = default(LimitState);
        return rule.Project(ref fresh, _begin with { Guard = _service.GuardOf(limit) }, rule is TokenBucket ? Saturating.Multiply(items, cost) : InWholeWindows(rule, cost, items));
    }

    /// <summary>What so many items come to where windows are used up to the last that fits.</summary>
    private static long InWholeWindows(LimitRule rule, long cost, long items)
    {
        var (windows, rest) = Math.DivRem(items - 1, rule.Quota / cost);
        return Saturating.Add(Saturating.Multiply(windows, rule.Quota), (rest + 1) * cost);
    }
}
