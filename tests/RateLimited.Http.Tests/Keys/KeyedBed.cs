using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Tests.Admission;

namespace RateLimited.Http.Tests.Keys;

/// <summary>One key of a test.</summary>
internal sealed record TestKey(string Name, params LimitDefinition[] Limits)
{
    public string? Group { get; init; }

    public string? Realm { get; init; }

    public string[] Classes { get; init; } = [];

    public int Weight { get; init; } = 1;

    /// <summary>A pool of keys whose texts begin with a word that must never show.</summary>
    public static KeyPoolDefinition Pool(PoolRing ring, params IReadOnlyList<TestKey> keys)
    {
        var handles = ring.Apply(
            [.. keys.Select(static key => new KeySpec(key.Name, ApiKey.Create(KeyedService.SecretOf(key.Name)), key.Weight, key.Group, OriginOf(key)))],
            KeySelection.RoundRobin,
            KeyCarrier.Bearer);
        return new KeyPoolDefinition(ring, [.. keys.Zip(handles, static (key, handle) => new KeyDefinition(handle, key.Group is { } group ? $"group {group}" : $"key {key.Name}")
        {
            Realm = OriginOf(key)?.ToString(),
            Limits = key.Limits.Length == 0 ? null : key.Limits,
        })]);
    }

    private static KeyOrigin? OriginOf(TestKey key) => key.Realm is { } realm && KeyOrigin.TryParse(realm, out var origin) ? origin : null;
}

/// <summary>A service with keys over the in-process store, in virtual time.</summary>
internal sealed class KeyedBed : IDisposable
{
    private readonly RateLimitingTelemetry _telemetry = new();

    public KeyedBed(params TestKey[] keys)
        : this(AdmissionBed.Define(), KeySelection.MostHeadroom, keys)
    {
    }

    public KeyedBed(ServiceDefinition definition, KeySelection selection, params TestKey[] keys)
    {
        Ring = new PoolRing("s", _telemetry.For("s"), new Random(4711));
        Limiter = Bed.Serve(With(definition, selection, keys));
    }

    public AdmissionBed Bed { get; } = new();

    public PoolRing Ring { get; }

    public ServiceLimiter Limiter { get; }

    public static LimitDefinition PerMinute(long quota, string unit = UnitCost.Requests) => AdmissionBed.Window($"{quota} {unit}", quota, TimeSpan.FromMinutes(1), unit);

    /// <summary>The same limit for every key, as a service says it.</summary>
    public static LimitDefinition PerKey(LimitDefinition limit) => limit with { Partition = PartitionBy.Key };

    public void Change(ServiceDefinition definition, params TestKey[] keys) => Limiter.Apply(With(definition, KeySelection.MostHeadroom, keys));

    public KeyStatus Status(string key) => Limiter.GetStatus().Keys.Single(each => each.Name == key);

    /// <summary>A request that goes at once, and the key it goes with.</summary>
    public AdmissionTicket Go(AdmissionRequest request = default)
    {
        var admission = Limiter.AdmitAsync(request with { Timeout = TimeSpan.Zero }, CancellationToken.None);
#pragma warning disable CA2012, VSTHRD002, VSTHRD103 // It has completed.
        return admission.IsCompletedSuccessfully ? admission.Result : throw new InvalidOperationException("It did not go at once.");
#pragma warning restore CA2012, VSTHRD002, VSTHRD103
    }

    /// <summary>What a response says of one limit of a minute.</summary>
    public static QuotaReport Report(long remaining) => new()
    {
        Name = "r".AsMemory(),
        Unit = UnitCost.Requests,
        Limit = 10,
        Remaining = remaining,
        ResetAfter = TimeSpan.TicksPerMinute,
        Window = TimeSpan.TicksPerMinute,
    };

    public Waiter Enter(AdmissionRequest request = default, string name = "") => Waiter.Enter(Limiter, request, name);

    /// <summary>The upstream refuses a request and says for how long.</summary>
    public void Limit(AdmissionTicket ticket, TimeSpan? wait) =>
        Ring.Rest(ticket, new Verdict(ResponseKind.Limited, ResponseScope.Key) { Wait = wait }, Limiter);

    /// <summary>The upstream does not accept a request's key, and accepts the same request with another.</summary>
    public void RefuseAlone(AdmissionTicket ticket)
    {
        Ring.Refuse(ticket, Limiter);
        Ring.Contradict([KeyAttempt.Of(ticket)!.Value], Limiter);
    }

    public void Dispose()
    {
        Bed.Dispose();
        _telemetry.Dispose();
    }

    private ServiceDefinition With(ServiceDefinition definition, KeySelection selection, TestKey[] keys)
    {
        var handles = Ring.Apply([.. keys.Select(static key => new KeySpec(key.Name, ApiKey.Create($"secret-{key.Name}"), key.Weight, key.Group, Origin: null))], selection, KeyCarrier.Bearer);
        return definition with
        {
            Keys = new KeyPoolDefinition(Ring, [.. keys.Zip(handles, static (key, handle) => new KeyDefinition(handle, key.Group is { } group ? $"group {group}" : $"key {key.Name}")
            {
                Realm = key.Realm,
                Limits = key.Limits.Length == 0 ? null : key.Limits,
                Classes = key.Classes,
            })]),
        };
    }
}
