using System.Diagnostics.CodeAnalysis;
using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// The keys of a service between the room that knows them and admission, which chooses among them. One for the life of the service, so that what is known of keys outlives reloads. What it overrides is
/// called under the store's gate; the rest is thread-safe.
/// </summary>
internal sealed partial class PoolRing : KeyRing
{
    private readonly KeyPool _pool;
    private readonly ServiceTelemetry _telemetry;
    private readonly string _service;
    private Dictionary<PooledKey, Handle> _handles = new(ReferenceEqualityComparer.Instance);
    private KeyOpening[] _openings = [];
    private PooledKey[] _candidates = [];
    private double[] _headrooms = [];
    private volatile Carrying _carrying = new(KeyCarrier.Bearer, [], KeyCount: 0);

    /// <param name="service">The service's name.</param>
    /// <param name="telemetry">Whom changes of keys are told.</param>
    /// <param name="random">Chance for choices; null for a source of its own.</param>
    /// <param name="isShared">Whether other processes know the keys too, by their texts.</param>
    public PoolRing(string service, ServiceTelemetry telemetry, Random? random = null, bool isShared = false)
    {
        _service = service;
        _telemetry = telemetry;
#pragma warning disable CA5394 // Nothing depends on nobody guessing which key is next.
        _pool = new KeyPool(random ?? new Random()) { IsQuotaOfText = isShared };
#pragma warning restore CA5394
    }

    /// <summary>Whether the service has keys at present.</summary>
    public bool IsInUse => _carrying.KeyCount > 0;

    public bool HasSeveral => _carrying.KeyCount > 1;

    public override bool WantsHeadroom => _pool.Selection is KeySelection.MostHeadroom or KeySelection.StickyByTenant;

    /// <summary>Says that a request would take a key to where it does not belong.</summary>
    public static KeyNotCarriedException WrongOrigin(string service, KeyOrigin? origin) => new(origin is null
        ? $"The keys of '{service}' belong to no origin yet, so that the request was not sent: set Keys:Origin, such as https://api.example.com, or the client's BaseAddress."
        : $"The keys of '{service}' belong to {origin} and go nowhere else: the request was not sent.");

    /// <summary>Takes over which keys there are and returns them in their order. Keys that are still there keep their state. Under the store's gate, or before the first use.</summary>
    public IReadOnlyList<KeyHandle> Apply(IReadOnlyList<KeySpec> specs, KeySelection selection, KeyCarrier carrier, long now = 0)
    {
        _pool.Replace(specs, now);
        _pool.Selection = selection;
        _handles = new Dictionary<PooledKey, Handle>(_pool.Keys.Select(key => KeyValuePair.Create(key, _handles.GetValueOrDefault(key) ?? new Handle(key))), ReferenceEqualityComparer.Instance);
        _carrying = new Carrying(carrier, [.. specs.Select(static spec => spec.Origin).OfType<KeyOrigin>().Distinct()], specs.Count);
        return [.. _pool.Keys.Select(key => _handles[key])];
    }

    /// <summary>The service has no keys any more. Requests under way keep those they have.</summary>
    public void Clear() => Apply([], _pool.Selection, _carrying.Carrier);

    /// <summary>What a request says of its key by where it goes; null where any key may go there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="clientsOrigin">The origin of the client's base address.</param>
    /// <exception cref="InvalidOperationException">No key belongs there.</exception>
    public KeyWish? WishOf(HttpRequestMessage request, Lazy<KeyOrigin?> clientsOrigin)
    {
        if (CarriedKey.IsForbidden(request))
        {
            return KeyWish.Keyless;
        }

        var origins = _carrying.Origins;
        if (origins.Length == 0)
        {
            return clientsOrigin.Value?.Contains(request.RequestUri) == true ? null : throw WrongOrigin(_service, clientsOrigin.Value);
        }

        return Array.Find(origins, origin => origin.Contains(request.RequestUri)) is { } found ? new KeyWish(found.ToString(), []) : throw WrongOrigin(_service, origins[0]);
    }

    /// <summary>Where a redirect leads, without a key that the upstream may have repeated in it.</summary>
    public Uri Clear(Uri target) => _carrying.Carrier.Clear(target);

    /// <summary>Gives a request the key that was chosen for it.</summary>
    public void Give(HttpRequestMessage request, KeyHandle key) => new CarriedKey(_carrying.Carrier, KeyOf(key)).GiveTo(request);

    public override void Open(ReadOnlySpan<BoundKey> keys, string endpoint, long now, Span<long> instants)
    {
        MakeRoom(ref _openings, keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            _openings[i] = KeyPool.OpeningOf(KeyOf(keys[i].Handle), endpoint, now);
        }

        KeyOpening.Settle(_openings.AsSpan(0, keys.Length), now, instants);
    }

    public override int Choose(ReadOnlySpan<KeyOffer> offers, string? tenant)
    {
        MakeRoom(ref _candidates, offers.Length);
        MakeRoom(ref _headrooms, offers.Length);
        for (var i = 0; i < offers.Length; i++)
        {
            (_candidates[i], _headrooms[i]) = (KeyOf(offers[i].Key), offers[i].Headroom);
        }

        return _pool.Choose(_candidates.AsSpan(0, offers.Length), _headrooms.AsSpan(0, offers.Length), tenant);
    }

    public override void Went(KeyHandle key, string endpoint, long now) => _pool.Went(KeyOf(key), endpoint, now);

    public override void Ended(KeyHandle key) => KeyOf(key).Ended();

    public override KeyStatus StatusOf(KeyHandle key, double headroom, long now)
    {
        var pooled = KeyOf(key);
        var opensAt = pooled.OpensAt(now);
        return new KeyStatus
        {
            Name = pooled.Name,
            State = pooled.StateAt(now),
            OpensIn = opensAt == long.MaxValue ? null : new TimeSpan(Math.Max(opensAt - now, 0)),
            Headroom = headroom,
            InFlight = pooled.InFlight,
            Requests = pooled.Uses,
            Moved = pooled.Moves,
        };
    }

    private static PooledKey KeyOf(KeyHandle key) => ((Handle)key).Key;

    private static void MakeRoom<T>([NotNull] ref T[]? items, int count)
    {
        if (items is null || items.Length < count)
        {
            items = new T[count];
        }
    }

    private sealed class Handle(PooledKey key) : KeyHandle
    {
        public PooledKey Key { get; } = key;

        public override string Name => Key.Name;
    }

    /// <summary>How requests carry keys, and where to.</summary>
    private sealed record Carrying(KeyCarrier Carrier, KeyOrigin[] Origins, int KeyCount);
}
