using System.Threading.RateLimiting;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>Limits that outlive their process beside the same in memory: what a decision costs more.</summary>
internal static class KeptRatios
{
    private static readonly long Day = TimeSpan.FromDays(1).Ticks;

    public static IEnumerable<Figure> All =>
    [
        new("kept-token-bucket", Target.None, static name => Against(name, Ours.BusyBucket)),
        new("kept-sliding-day", Target.None, static name => Against(name, new SlidingWindow(Ours.Inexhaustible, Day))),
        new("kept-fixed-day", Target.None, static name => Against(name, new FixedWindow(Ours.Inexhaustible, Day))),
    ];

    private static Ratio Against(string name, LimitRule rule)
    {
        var directory = Directory.CreateTempSubdirectory("kept").FullName;
        var telemetry = new RateLimitingTelemetry();
        var keeper = new Keeper(new KeeperSettings(directory, FileFailureMode.FailClosed), TimeProvider.System, telemetry);
        using var store = new InProcessStore(TimeProvider.System, [], keeper);
        var definition = new ServiceDefinition { Name = "benchmark", Limits = [new LimitDefinition("limit", UnitCost.Requests, rule)], IsKept = true };
        using var kept = Ours.Face(new ServiceLimiter(definition, store, telemetry.For(definition.Name)));
        using var peer = Ours.Limiter(rule);
        var ratio = Duel.Run(name, count => Admit(kept, count), count => Admit(peer, count));
        return ratio;
    }

    /// <summary>Whoever finds too little written tries again: it is part of the price.</summary>
    private static void Admit(RateLimiter limiter, int count)
    {
        for (var gone = 0; gone < count;)
        {
            using var lease = limiter.AttemptAcquire();
            gone += lease.IsAcquired ? 1 : 0;
        }
    }
}
