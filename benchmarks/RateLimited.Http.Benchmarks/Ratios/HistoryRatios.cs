using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Admission;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.History.Recording;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>What it costs a request, and a refusal, that it is recorded. Writing is not on its way, and not in it.</summary>
internal static class HistoryRatios
{
    private const int Calls = 200;

    private const int CallsAtATime = 20;

    public static IEnumerable<Figure> All =>
    [
        new("history-admitted", Target.Above(150, 0), Admitted),
        new("history-refused", Target.Above(250, 0), Refused),
        new("history-of-throughput", Target.OfRate(0.99), OfThroughput),
    ];

    /// <summary>The handler with four limits while its requests are counted for the history, beside the same handler while nobody listens.</summary>
    private static Ratio Admitted(string name)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var telemetry = new RateLimitingTelemetry(meters);
        using var checks = new CheckListener(meters);
        using var recorded = new HttpMessageInvoker(Ours.Handler(new StubHandler(), telemetry, HandlerRatios.FourLimits));
        using var alone = new HttpMessageInvoker(Ours.Handler(new StubHandler(), HandlerRatios.FourLimits));
        var ratio = Duel.Run(name, count => HandlerRatios.Invoke(recorded, count), count => HandlerRatios.Invoke(alone, count));
        if (checks.Of("benchmark").Admitted == 0)
        {
            throw new InvalidOperationException("Nothing was counted: what was measured is not what it says.");
        }

        return ratio with { Bytes = ratio.Bytes - Duel.BytesOf(count => HandlerRatios.Invoke(alone, count), 1000) };
    }

    /// <summary>
    /// A call over loopback HTTP with what recording adds to it, beside the same call without. What is added is measured at the handler: on a call it is less than what sockets differ by from one to the next.
    /// </summary>
    private static Ratio OfThroughput(string name)
    {
        var added = Admitted(name);
        using var upstream = AnsweringUpstream.Start();
        using var client = new HttpClient(Ours.Handler(new SocketsHttpHandler(), HandlerRatios.FourLimits)) { BaseAddress = upstream.Address };
        var times = new double[Calls];
        for (var i = 0; i < Calls; i++)
        {
            times[i] = Duel.Time(count => Call(client, count), CallsAtATime);
        }

        var call = Duel.Quarter(times);
        return new Ratio(name, call + Math.Max(added.Ours - added.Peer, 0), call, added.Bytes);
    }

    /// <summary>A refusal that is counted and will be written, beside one of which nobody hears.</summary>
    private static Ratio Refused(string name)
    {
        using var services = Recording();
        using var telemetry = new RateLimitingTelemetry(services.GetRequiredService<IMeterFactory>(), observers: services.GetServices<IRefusalObserver>());
        using var checks = services.GetRequiredService<CheckListener>();
        var pending = services.GetRequiredService<PendingRecords>();
        using var recorded = Full(telemetry);
        using var alone = Full(telemetry: null);
        var ratio = Duel.Run(name, count => Refuse(recorded, count), count => Refuse(alone, count));
        if (pending.Take().Records.Count == 0 || checks.Of("benchmark").Refused == 0)
        {
            throw new InvalidOperationException("Nothing was recorded: what was measured is not what it says.");
        }

        return ratio with { Bytes = ratio.Bytes - Duel.BytesOf(count => Refuse(alone, count), 1000) };
    }

    private static ServiceProvider Recording() => new ServiceCollection().AddRateLimitHistory().AddLogging().BuildServiceProvider();

    private static ServiceLimiter Full(RateLimitingTelemetry? telemetry)
    {
        var service = Ours.Service(telemetry, Ours.EmptyingBucket(1));
        service.TryAcquire();
        return service;
    }

    private static void Call(HttpClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var response = client.GetAsync(new Uri("items", UriKind.Relative)).GetAwaiter().GetResult();
        }
    }

    private static void Refuse(ServiceLimiter service, int count)
    {
        var request = new AdmissionRequest { Tenant = "acme", Endpoint = "GET /orders" };
        for (var i = 0; i < count; i++)
        {
            service.TryAcquire(request);
        }
    }
}
