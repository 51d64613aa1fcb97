namespace RateLimited.Http.Testing.Simulation;

/// <summary>
/// Who wants to send what, and when: generated, recorded, or a backlog that is worked off as fast as it may be. The same for the same seed. Immutable and thread-safe.
/// </summary>
public abstract class Demand
{
    private protected Demand()
    {
    }

    /// <summary>What generated requests are like. Recorded ones are as they were recorded.</summary>
    public RequestMix Mix { get; private protected init; } = new();

    /// <summary>One request after the other, always so far apart.</summary>
    /// <param name="perSecond">How many a second, above zero.</param>
    /// <param name="mix">What they are like; null for the default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static Demand Steady(double perSecond, RequestMix? mix = null) => new GeneratedDemand(new SteadyArrivals(perSecond), mix);

    /// <summary>Requests that know nothing of each other: what many independent users come to.</summary>
    /// <param name="perSecond">How many a second on average, above zero.</param>
    /// <param name="mix">What they are like; null for the default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static Demand Poisson(double perSecond, RequestMix? mix = null) => new GeneratedDemand(new PoissonArrivals(perSecond, swing: 0), mix);

    /// <summary>So many at once, again and again: what a scheduled job comes to.</summary>
    /// <param name="size">How many at once, at least one.</param>
    /// <param name="every">From the beginning of one burst to that of the next, at least 1 ms.</param>
    /// <param name="mix">What they are like; null for the default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static Demand Bursts(int size, TimeSpan every, RequestMix? mix = null) => new GeneratedDemand(new BurstArrivals(size, every), mix);

    /// <summary>Requests that know nothing of each other, more by day than by night: the rate swings as a sine over 24 hours, lowest at midnight and highest at noon of the wall clock.</summary>
    /// <param name="perSecond">How many a second on the average of a day, above zero.</param>
    /// <param name="swing">By what part of the average it swings, 0 to 1. At 1 nobody comes at midnight.</param>
    /// <param name="mix">What they are like; null for the default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static Demand Diurnal(double perSecond, double swing = 0.8, RequestMix? mix = null) => new GeneratedDemand(new PoissonArrivals(perSecond, swing), mix);

    /// <summary>What was recorded.</summary>
    /// <param name="requests">The requests in the order of their instants.</param>
    public static Demand Recorded(IEnumerable<SimulatedRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return new RecordedDemand(requests);
    }

    /// <summary>So many items of work that are all there at the beginning, each sent as soon as it may be.</summary>
    /// <param name="items">How many, at least one.</param>
    /// <param name="mix">What they are like; null for the default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static Demand Backlog(long items, RequestMix? mix = null) => new BacklogDemand(items, mix);

    /// <summary>A backlog of items that are all the same.</summary>
    internal static Demand Same(long items, AdmissionRequest item) => new BacklogDemand(items, mix: null) { Item = item };

    /// <summary>The requests that come within a time, by their instants. Enumerated lazily, and only once per random source.</summary>
    internal abstract IEnumerable<SimulatedRequest> Requests(SimulationSpan span, Random random);
}

/// <summary>How long a simulation lasts, and when it begins by the wall clock.</summary>
internal readonly record struct SimulationSpan(DateTimeOffset Start, TimeSpan Duration);

/// <summary>Requests of one kind at instants that are generated.</summary>
internal sealed class GeneratedDemand : Demand
{
    private readonly IArrivals _arrivals;

    public GeneratedDemand(IArrivals arrivals, RequestMix? mix)
    {
        _arrivals = arrivals;
        Mix = mix ?? Mix;
        Mix.Validate();
    }

    internal override IEnumerable<SimulatedRequest> Requests(SimulationSpan span, Random random)
    {
        foreach (var instant in _arrivals.Instants(span.Start, random))
        {
            var at = TimeSpan.FromTicks(instant);
            if (at >= span.Duration)
            {
                yield break;
            }

            yield return Mix.Draw(at, random);
        }
    }
}

/// <summary>Requests as they were recorded.</summary>
internal sealed class RecordedDemand(IEnumerable<SimulatedRequest> requests) : Demand
{
    internal override IEnumerable<SimulatedRequest> Requests(SimulationSpan span, Random random) => requests.TakeWhile(request => request.At <= span.Duration);
}

/// <summary>Items that are all there at the beginning. They come one by one as those before them go: what stands in a line of millions would only wait there.</summary>
internal sealed class BacklogDemand : Demand
{
    public BacklogDemand(long items, RequestMix? mix)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        Items = items;
        Mix = mix ?? Mix;
        Mix.Validate();
    }

    public long Items { get; }

    /// <summary>What every item is; null where they are drawn from the mix.</summary>
    public AdmissionRequest? Item { get; init; }

    internal override IEnumerable<SimulatedRequest> Requests(SimulationSpan span, Random random)
    {
        for (var i = 0L; i < Items; i++)
        {
            yield return Item is { } item ? new SimulatedRequest(TimeSpan.Zero, item) : Mix.Draw(TimeSpan.Zero, random);
        }
    }
}
