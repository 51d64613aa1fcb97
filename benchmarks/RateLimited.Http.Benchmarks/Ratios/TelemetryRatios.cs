using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>What it costs a request that somebody collects metrics, and what it costs that somebody could.</summary>
internal static class TelemetryRatios
{
    public static IEnumerable<Figure> All =>
    [
        new("telemetry-listened", Target.Above(150, 0), Listened),
        new("telemetry-unlistened", Target.Within(20, 0), Unlistened),
    ];

    /// <summary>The handler with four limits while a listener takes in every measurement, beside the same handler while nobody does.</summary>
    private static Ratio Listened(string name)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var telemetry = new RateLimitingTelemetry(services.GetRequiredService<IMeterFactory>());
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, services.GetRequiredService<IMeterFactory>()))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        var (count, sum) = (0L, 0d);
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => count += value);
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => sum += value);
        listener.Start();
        using var heard = new HttpMessageInvoker(Ours.Handler(new StubHandler(), telemetry, HandlerRatios.FourLimits));
        using var unheard = new HttpMessageInvoker(Ours.Handler(new StubHandler(), HandlerRatios.FourLimits));
        var ratio = Duel.Run(name, count => HandlerRatios.Invoke(heard, count), count => HandlerRatios.Invoke(unheard, count));
        if (count == 0 || sum == 0)
        {
            throw new InvalidOperationException("The listener heard nothing: what was measured is not what it says.");
        }

        return ratio with { Bytes = ratio.Bytes - Duel.BytesOf(count => HandlerRatios.Invoke(unheard, count), 1000) };
    }

    /// <summary>All that a request says of itself, to nobody, beside saying nothing.</summary>
    private static Ratio Unlistened(string name)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var telemetry = new RateLimitingTelemetry(services.GetRequiredService<IMeterFactory>());
        var service = telemetry.For("benchmark");
        return Duel.Run(name, count => Say(service, count), static count => SayNothing(count));
    }

    private static void Say(ServiceTelemetry service, int count)
    {
        for (var i = 0; i < count; i++)
        {
            service.Checked(CheckResult.Waited);
            service.Waited(RequestPriority.Normal, TimeSpan.Zero);
            service.StartWait(RequestPriority.Normal).End();
            var attempt = TicketSpan.StartAttempt("benchmark", key: null);
            attempt.Leave();
            attempt.End(AttemptResult.Success);
            if (service.HearsAttempts)
            {
                service.Attempted(AttemptResult.Success, TimeSpan.Zero);
            }
        }
    }

    private static int SayNothing(int count)
    {
        var said = 0;
        for (var i = 0; i < count; i++)
        {
            said += i;
        }

        return said;
    }
}
