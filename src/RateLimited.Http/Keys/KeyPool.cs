using System.Runtime.InteropServices;

namespace RateLimited.Http.Keys;

/// <summary>
/// The API keys of one service: which there are, how each is, which one goes next. A state machine without clock or lock: its owner holds a lock around every call and hands in the time, in ticks.
/// </summary>
internal sealed class KeyPool(Random random)
{
    private readonly Dictionary<string, QuotaHealth> _groups = new(StringComparer.Ordinal);
    private List<PooledKey> _keys = [];
    private KeyBid[] _bids = [];
    private long _turn;
    private double _round;
    private int _lastIndex = -1;

    public IReadOnlyList<PooledKey> Keys => _keys;

    public KeySelection Selection { get; set; }

    /// <summary>Whether the quota of a key in no group is known by the key's text, as where other processes count it too: then another text has another. Else by the key's name.</summary>
    public bool IsQuotaOfText { get; init; }

    /// <summary>
    /// Takes over what is configured. A key that is still there keeps its state: it is known by its name, or else by its text. One whose text was replaced under its name keeps all but what was held
    /// against the credential.
    /// </summary>
    public void Replace(IReadOnlyList<KeySpec> specs, long now = 0)
    {
        var previous = _keys;
        var next = new PooledKey?[specs.Count];
        for (var i = 0; i < specs.Count; i++)
        {
            var spec = specs[i];
            next[i] = spec.Name is { } name
                ? previous.Find(key => key.IsNamed && string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase)) ?? new PooledKey(name, spec.Secret, isNamed: true)
                : previous.Find(key => !key.IsNamed && key.Secret.Equals(spec.Secret));
        }

        // Nor by the number of one that goes just now, whose limits the newcomer would be taken to continue.
        var taken = next.OfType<PooledKey>().Concat(previous).Select(static key => key.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < specs.Count; i++)
        {
            var key = next[i] ??= new PooledKey(FreeNumber(taken), specs[i].Secret, isNamed: false);
            key.Replace(specs[i].Secret, now, IsQuotaOfText && specs[i].Group is null);
            (key.Index, key.Weight, key.Origin) = (i, specs[i].Weight, specs[i].Origin);
        }

        _keys = [.. next.Cast<PooledKey>()];
        Group(specs);
        _lastIndex = -1;
        if (_keys.TrueForAll(static key => key.Trust.IsDisabled))
        {
            _keys.ForEach(static key => key.Trust.Reconsider());
        }
    }

    /// <summary>From when on a key may be used for an endpoint's requests, as far as it alone goes.</summary>
    public static KeyOpening OpeningOf(PooledKey key, string endpoint, long now) =>
        key.Trust.IsDisabled ? new KeyOpening(long.MaxValue, TriedAt: 0)
        : new KeyOpening(Math.Max(key.Quota.OpensAt, now), key.Trust.IsRefused(endpoint, out var triedAt) ? triedAt : 0);

    /// <summary>Which of the keys that have room goes next.</summary>
    /// <param name="keys">One at least.</param>
    /// <param name="headrooms">What is left of each one's quotas, as a share.</param>
    /// <param name="tenant">Whom the request is made for.</param>
    public int Choose(ReadOnlySpan<PooledKey> keys, ReadOnlySpan<double> headrooms, string? tenant)
    {
        if (_bids.Length < keys.Length)
        {
            _bids = new KeyBid[keys.Length];
        }

        var isSticky = Selection == KeySelection.StickyByTenant && tenant is not null;
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i];
            var affinity = isSticky ? KeyAffinity.Of(key.Name, tenant!) : 0;
            _bids[i] = new KeyBid(key.Index, headrooms[i], key.Weight, key.Uses, key.LastTurn, Math.Max(key.Pass, _round), affinity);
        }

#pragma warning disable CA5394 // Nothing depends on nobody guessing which key is next.
        return KeySelector.Choose(Selection, _bids.AsSpan(0, keys.Length), new KeyDraw(_lastIndex, random.NextDouble(), random.NextDouble(), tenant is not null));
#pragma warning restore CA5394
    }

    /// <summary>A request goes with a key.</summary>
    public void Went(PooledKey key, string endpoint, long now)
    {
        _round = Math.Max(_round, key.Pass);
        key.Went(endpoint, now, ++_turn, _round);
        _lastIndex = key.Index;
    }

    /// <summary>The upstream accepted a key.</summary>
    public static void Accepted(PooledKey key, string endpoint, long now, long sentAt)
    {
        key.Trust.Accepted(endpoint, now, sentAt);
        key.Quota.Succeeded(sentAt);
    }

    /// <summary>The upstream did not accept a key.</summary>
    public void Refused(PooledKey key, string endpoint, long now, long sentAt)
    {
        var others = -1L;
        foreach (var other in _keys)
        {
            if (!ReferenceEquals(other, key) && !other.Trust.IsDisabled)
            {
                others = Math.Max(others, other.Trust.AcceptedAt(endpoint));
            }
        }

        key.Trust.Refused(endpoint, now, sentAt, others);
    }

    /// <summary>What there is to tell of how keys are: each that is otherwise than was told last.</summary>
    public IReadOnlyList<(string Name, KeyState State)> Changes(long now)
    {
        List<(string Name, KeyState State)>? changes = null;
        foreach (var key in CollectionsMarshal.AsSpan(_keys))
        {
            var state = key.StateAt(now);
            if (state != key.Told)
            {
                key.Told = state;
                (changes ??= []).Add((key.Name, state));
            }
        }

        return changes ?? (IReadOnlyList<(string Name, KeyState State)>)[];
    }

    private static string FreeNumber(HashSet<string> taken)
    {
        for (var number = 1; ; number++)
        {
            var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"key-{number}");
            if (taken.Add(name))
            {
                return name;
            }
        }
    }

    /// <summary>Keys of one group draw on one quota: what is said of it to one of them holds for all.</summary>
    private void Group(IReadOnlyList<KeySpec> specs)
    {
        var left = _groups.Keys.ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < specs.Count; i++)
        {
            var key = _keys[i];
            if (specs[i].Group is { } group)
            {
                ref var quota = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, group, out _);
                key.Quota = quota ??= _groups.ContainsValue(key.Quota) ? new QuotaHealth() : key.Quota;
                left.Remove(group);
            }
            else if (_groups.ContainsValue(key.Quota))
            {
                key.Quota = new QuotaHealth();
            }
        }

        foreach (var gone in left)
        {
            _groups.Remove(gone);
        }
    }
}
