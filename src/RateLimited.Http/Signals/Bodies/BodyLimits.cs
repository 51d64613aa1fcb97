using System.Runtime.CompilerServices;

namespace RateLimited.Http.Signals.Bodies;

/// <summary>Limits that are told in the body: Shopify's points.</summary>
internal static class BodyLimits
{
    public const string Points = "points";

    public static void Add(ref UpstreamSignal signal, SignalBounds bounds)
    {
        var body = signal.Body;
        if (body.Maximum is not { } maximum || body.Available is not { } available)
        {
            return;
        }

        ref var hint = ref signal.Limits.Of(Points, Points, 0, policy: false);
        if (Unsafe.IsNullRef(ref hint))
        {
            return;
        }

        hint.SayLimit(maximum);
        hint.SayRemaining(available);
        if (body.RestoredPerSecond is { } restored)
        {
            hint.SayRefill(restored);
            hint.SayRefillInterval(TimeSpan.TicksPerSecond);
        }

        hint.Finish(0, bounds);
        if (body.ActualCost is { } actual)
        {
            (signal.Cost, signal.CostUnit) = (actual, Points);
        }
    }
}
