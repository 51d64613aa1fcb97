using RateLimited.Http.Simulation.Tests.Oracles;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>What the world knows of the API keys of one service in one process: which there are, how much is under way with each, and until when each must rest. It asks the service nothing.</summary>
internal sealed class KeyLedger
{
    private Dictionary<string, Record> _keys = new(StringComparer.Ordinal);
    private Dictionary<string, Quota> _quotas = new(StringComparer.Ordinal);

    public IEnumerable<Record> All => _keys.Values;

    /// <summary>Takes over which keys there are. Returns whether a quota is not drawn on by any of them any more: what is known of it is forgotten.</summary>
    public bool Apply(PoolSpec pool)
    {
        var quotas = pool.Keys.Select(static key => key.Quota).Distinct(StringComparer.Ordinal).ToDictionary(static name => name, name => _quotas.GetValueOrDefault(name) ?? new Quota(), StringComparer.Ordinal);
        var forgets = _quotas.Keys.Except(quotas.Keys, StringComparer.Ordinal).Any();
        _quotas = quotas;
        _keys = pool.Keys.ToDictionary(
            static key => key.Name,
            key =>
            {
                var record = _keys.GetValueOrDefault(key.Name) ?? new Record(quotas[key.Quota]);
                record.Key = key;
                return record;
            },
            StringComparer.Ordinal);
        return forgets;
    }

    /// <summary>The key of a name.</summary>
    /// <exception cref="InvariantException">There is none.</exception>
    public Record Of(string name) => _keys.GetValueOrDefault(name) ?? throw new InvariantException($"a request goes with {name}, and the keys are {string.Join(", ", _keys.Keys)}");

    /// <summary>One key for as long as it is in the pool.</summary>
    internal sealed class Record(Quota quota)
    {
        /// <summary>As it is configured now.</summary>
        public VirtualKey Key { get; set; } = null!;

        public Quota Quota => quota;

        /// <summary>How many requests are under way with it.</summary>
        public int Held { get; set; }

        /// <summary>How many went with it.</summary>
        public long Uses { get; set; }
    }

    /// <summary>What one key or a group of them may use.</summary>
    internal sealed class Quota
    {
        /// <summary>Until when the upstream wants no request, by the clock of the service's limits.</summary>
        public long RestsUntil { get; set; }
    }
}
