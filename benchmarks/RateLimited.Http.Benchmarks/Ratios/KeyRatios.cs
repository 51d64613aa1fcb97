using RateLimited.Http.Admission;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Keys;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>Admission with the choice of one of several keys in it, each with a limit in requests and one in tokens, beside admission by the same two limits without keys.</summary>
internal static class KeyRatios
{
    private static readonly UnitCost[] Tokens = [new("tokens", 100)];

    private static readonly Target NoMore = new("no more bytes than the peer", static ratio => ratio.Bytes <= ratio.PeerBytes);

    public static IEnumerable<Figure> All =>
    [
        new("key-choice-of-4", NoMore, static name => Choose(name, 4, KeySelection.MostHeadroom)),
        new("key-choice-of-4-by-turns", NoMore, static name => Choose(name, 4, KeySelection.RoundRobin)),
        new("key-choice-of-16", NoMore, static name => Choose(name, 16, KeySelection.MostHeadroom)),
    ];

    private static Ratio Choose(string name, int keys, KeySelection how)
    {
        using var ours = Service(keys, how);
        using var peer = Service(keys: 0, how);
        return Duel.Run(name, count => Admit(ours, count), count => Admit(peer, count)) with { PeerBytes = Duel.BytesOf(count => Admit(peer, count), 1000) };
    }

    private static ServiceLimiter Service(int keys, KeySelection how)
    {
        var telemetry = new RateLimitingTelemetry().For("benchmark");
        var partition = keys == 0 ? PartitionBy.Service : PartitionBy.Key;
        var definition = new ServiceDefinition
        {
            Name = "benchmark",
            Limits = [new LimitDefinition("requests", UnitCost.Requests, Ours.BusyBucket, partition), new LimitDefinition("tokens", "tokens", Ours.BusyBucket, partition)],
        };
        if (keys > 0)
        {
            var ring = new PoolRing("benchmark", telemetry, new Random(1));
            var handles = ring.Apply([.. Enumerable.Range(1, keys).Select(static i => new KeySpec($"key-{i}", ApiKey.Create($"sk-of-a-benchmark-{i}"), Weight: 1, Group: null, Origin: null))], how, KeyCarrier.Bearer);
            definition = definition with { Keys = new KeyPoolDefinition(ring, [.. handles.Select(static handle => new KeyDefinition(handle, $"key {handle.Name}"))]) };
        }

        return new ServiceLimiter(definition, new InProcessStore(TimeProvider.System, []), telemetry);
    }

    private static void Admit(ServiceLimiter service, int count)
    {
        var request = new AdmissionRequest { Costs = Tokens };
        for (var i = 0; i < count; i++)
        {
            var admission = service.AdmitAsync(request, CancellationToken.None);
            var ticket = admission.IsCompletedSuccessfully ? admission.Result : throw new InvalidOperationException("Quotas that are never used up let nobody wait.");
            ticket.Complete();
        }
    }
}
