namespace RateLimited.Http.Testing.Simulation;

/// <summary>When requests come. Endless: whoever asks stops.</summary>
internal interface IArrivals
{
    /// <summary>The instants in ticks since the beginning, none before the one before it.</summary>
    IEnumerable<long> Instants(DateTimeOffset start, Random random);
}

/// <summary>Always so far apart.</summary>
internal sealed class SteadyArrivals : IArrivals
{
    private readonly double _gap;

    public SteadyArrivals(double perSecond) => _gap = ArrivalRate.GapOf(perSecond);

    public IEnumerable<long> Instants(DateTimeOffset start, Random random)
    {
        for (var i = 0L; ; i++)
        {
            yield return (long)(i * _gap);
        }
    }
}

/// <summary>So many at once.</summary>
internal sealed class BurstArrivals : IArrivals
{
    private readonly int _size;
    private readonly TimeSpan _every;

    public BurstArrivals(int size, TimeSpan every)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, TimeSpan.FromMilliseconds(1));
        (_size, _every) = (size, every);
    }

    public IEnumerable<long> Instants(DateTimeOffset start, Random random)
    {
        for (var burst = 0L; ; burst++)
        {
            for (var i = 0; i < _size; i++)
            {
                yield return burst * _every.Ticks;
            }
        }
    }
}

/// <summary>
/// Independent of each other. Where the rate swings, candidates come at its highest and each is kept by how high the rate is then (thinning: Lewis and Shedler, 1979).
/// </summary>
internal sealed class PoissonArrivals : IArrivals
{
    private readonly double _gap;
    private readonly double _swing;

    public PoissonArrivals(double perSecond, double swing)
    {
        _gap = ArrivalRate.GapOf(perSecond);
        if (!(swing is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(swing), swing, "A swing is a part of the average, 0 to 1.");
        }

        _swing = swing;
    }

    public IEnumerable<long> Instants(DateTimeOffset start, Random random)
    {
        var phase = start.UtcDateTime.TimeOfDay.Ticks;
        var at = 0.0;
        while (true)
        {
            at += -Math.Log(1 - random.NextDouble()) * _gap / (1 + _swing);
            if (_swing == 0 || random.NextDouble() * (1 + _swing) <= 1 - (_swing * Math.Cos((phase + at) * Math.Tau / TimeSpan.TicksPerDay)))
            {
                yield return (long)at;
            }
        }
    }
}

/// <summary>Rates as the distance that they put between requests.</summary>
internal static class ArrivalRate
{
    /// <summary>Ticks from one to the next. What comes less often than once in a million years does not come.</summary>
    public static double GapOf(double perSecond)
    {
        const double Most = 1_000_000;
        const double Least = 1e-13;
        return perSecond is >= Least and <= Most
            ? TimeSpan.TicksPerSecond / perSecond
            : throw new ArgumentOutOfRangeException(nameof(perSecond), perSecond, "A rate is above zero, and at most a million a second.");
    }
}
