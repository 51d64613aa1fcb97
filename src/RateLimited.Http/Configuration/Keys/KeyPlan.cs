using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Configuration;

/// <summary>The keys of a service as configured at one moment, with the keys of its sources.</summary>
/// <param name="Keys">One at least.</param>
/// <param name="Selection">Which of them requests take.</param>
/// <param name="Carrier">How requests carry them.</param>
internal sealed record KeyPlan(IReadOnlyList<PlannedKey> Keys, KeySelection Selection, KeyCarrier Carrier)
{
    /// <summary>Makes the plan of valid options and all their keys.</summary>
    public static KeyPlan Of(ServiceRateLimitingOptions options, IReadOnlyList<KeyOptions> keys, UnitScale scale) =>
        new([.. keys.Select(key => Planned(key, options, scale))], options.Keys.Selection, ServiceLayers.CarrierOf(options));

    /// <summary>What admission is told of the keys, once the ring has taken them over.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="now">When that is, in ticks of the limits' clock; zero before the first use.</param>
    public KeyPoolDefinition Define(PoolRing ring, long now = 0)
    {
        var handles = ring.Apply([.. Keys.Select(static key => key.Spec)], Selection, Carrier, now);
        return new KeyPoolDefinition(ring, [.. Keys.Zip(handles, static (key, handle) => key.Define(handle))]);
    }

    private static PlannedKey Planned(KeyOptions key, ServiceRateLimitingOptions options, UnitScale scale)
    {
        var origin = (key.Origin ?? options.Keys.Origin) is { } text && KeyOrigin.TryParse(text, out var parsed) ? parsed : null;
        return new PlannedKey(
            new KeySpec(key.Name, key.Value!, key.Weight, key.Group ?? options.Keys.Group, origin),
            ServiceLayers.LimitsOf(key, options) is { } limits ? DefinitionCompiler.Limits(limits, scale) : null,
            [.. key.Classes]);
    }
}

/// <summary>One key of a plan.</summary>
internal sealed record PlannedKey(KeySpec Spec, IReadOnlyList<LimitDefinition>? Limits, IReadOnlyList<string> Classes)
{
    public KeyDefinition Define(KeyHandle handle) => new(handle, Spec.Group is { } group ? $"group {group}" : $"key {handle.Name}")
    {
        Owner = Spec.Group is null ? new QuotaOwner(Spec.Secret, Group: null) : new QuotaOwner(Key: null, Spec.Group),
        Self = new QuotaOwner(Spec.Secret, Group: null),
        Realm = Spec.Origin?.ToString(),
        Limits = Limits,
        Classes = Classes,
    };
}
