using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>How much was taken of each limit, and how much there was to take.</summary>
internal sealed class LimitLedger
{
    private readonly Dictionary<BoundLimit, Taken> _taken = [];

    public void Went(AdmissionTicket ticket, TimeSpan latency)
    {
        foreach (ref var charge in ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            if (limit.IsPace)
            {
                continue;
            }

            if (!_taken.TryGetValue(limit, out var taken))
            {
                _taken.Add(limit, taken = new Taken());
            }

            taken.Add(charge.Partition.Key ?? string.Empty, (double)charge.Cost / limit.PartsPerUnit * (limit.IsReleased ? latency.TotalSeconds : 1));
        }
    }

    /// <param name="begin">The moment at which the simulation began.</param>
    /// <param name="end">The instant until which quota is taken to be there.</param>
    /// <param name="keys">How many keys there were.</param>
    /// <param name="heldUp">How many waited for each limit, by its name.</param>
    /// <param name="refused">How many each refused.</param>
    public IReadOnlyList<LimitUse> Uses(in Moment begin, long end, int keys, Dictionary<string, long> heldUp, Dictionary<string, long> refused)
    {
        var uses = new List<LimitUse>();

        // Keys have the same limits, each for itself: they are shown as parts of one.
        foreach (var same in _taken.GroupBy(static each => (each.Key.Scope, each.Key.ScopeName, each.Key.Definition.Name)))
        {
            var limit = same.First().Key;
            var quota = QuotaUntil(limit.Rule, begin, end) / limit.PartsPerUnit;
            var partitions = same.Sum(static each => each.Value.Partitions);
            if (limit.Scope != LimitScope.Global && limit.Only is not null)
            {
                partitions = keys;
            }

            uses.Add(new LimitUse
            {
                Name = same.Key.Name,
                Scope = ScopeOf(limit),
                Unit = limit.Unit,
                Partitions = partitions,
                Used = same.Sum(static each => each.Value.Total),
                Available = quota * partitions,
                BusiestUtilisation = same.Max(static each => each.Value.Busiest) / quota,
                HeldUp = heldUp.GetValueOrDefault(same.Key.Name),
                Refused = refused.GetValueOrDefault(same.Key.Name),
            });
        }

        return uses;
    }

    private static string ScopeOf(BoundLimit limit) =>
        limit.ScopeName.Length == 0 ? limit.Scope.ToString().ToLowerInvariant() : limit.Scope == LimitScope.Tenant ? $"tenant {limit.ScopeName}" : limit.ScopeName;

    /// <summary>The most that can go before an instant, by the limit's own arithmetic: slots times seconds, or the largest amount that a line which takes all it can has taken by then.</summary>
    private static double? QuotaUntil(LimitRule rule, Moment begin, long end)
    {
        if (rule.Learns || rule is ReportedLimit)
        {
            return null;
        }

        if (rule.IsReleased)
        {
            return (double)rule.Quota * (end - begin.Now) / TimeSpan.TicksPerSecond;
        }

        var (least, most) = (0L, rule.Capacity);
        while (IsBefore(most) && most < long.MaxValue / 2)
        {
            (least, most) = (most, most * 2);
        }

        while (most - least > 1)
        {
            var middle = least + ((most - least) / 2);
            (least, most) = IsBefore(middle) ? (middle, most) : (least, middle);
        }

        return least;

        bool IsBefore(long amount)
        {
            var fresh = default(LimitState);
            return rule.Project(ref fresh, begin, amount) < end;
        }
    }

    private sealed class Taken
    {
        private readonly Dictionary<string, double> _byKey = new(StringComparer.Ordinal);

        public int Partitions => _byKey.Count;

        public double Total { get; private set; }

        public double Busiest => _byKey.Values.Max();

        public void Add(string key, double amount)
        {
            Total += amount;
            _byKey[key] = _byKey.GetValueOrDefault(key) + amount;
        }
    }
}
