using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Adaptive;

/// <summary>What an upstream answers to a request, and after how many seconds.</summary>
internal readonly record struct UpstreamAnswer(AnswerKind Kind, double After);

/// <summary>An upstream in virtual time, in seconds. All chance comes from its seed.</summary>
internal abstract class Upstream(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>When it answers everything with a server error.</summary>
    public (double From, double Until) Outage { get; init; } = (double.MaxValue, double.MaxValue);

    /// <summary>How far latencies scatter: the deviation of their logarithm.</summary>
    public double Noise { get; init; } = 0.2;

    public UpstreamAnswer Receive(double now) =>
        now >= Outage.From && now < Outage.Until ? new UpstreamAnswer(AnswerKind.Faulted, 0.005) : ReceiveCore(now);

    protected abstract UpstreamAnswer ReceiveCore(double now);

    /// <summary>A duration scattered around its median.</summary>
    protected double Scatter(double median)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return median * Math.Exp(Noise * normal);
    }
}

/// <summary>Refuses what comes faster than a token bucket of one second's worth refills.</summary>
internal sealed class RateUpstream(Func<double, double> rate, int seed) : Upstream(seed)
{
    private double _tokens = rate(0);
    private double _at;

    protected override UpstreamAnswer ReceiveCore(double now)
    {
        _tokens = Math.Min(_tokens + (rate(now) * (now - _at)), rate(now));
        _at = now;
        if (_tokens < 1)
        {
            return new UpstreamAnswer(AnswerKind.Throttled, Scatter(0.02));
        }

        _tokens--;
        return new UpstreamAnswer(AnswerKind.Succeeded, Scatter(0.05));
    }
}

/// <summary>Works on so many at once and lets the others queue; refuses where the queue is full.</summary>
internal sealed class QueueUpstream(Func<double, int> workers, Func<double, double> work, int seed) : Upstream(seed)
{
    private readonly PriorityQueue<double, double> _busyUntil = new();

    /// <summary>How many may queue.</summary>
    public int Queue { get; init; } = int.MaxValue;

    protected override UpstreamAnswer ReceiveCore(double now)
    {
        while (_busyUntil.TryPeek(out var ended, out _) && ended <= now)
        {
            _busyUntil.Dequeue();
        }

        var crowd = workers(now);
        if (_busyUntil.Count >= (long)crowd + Queue)
        {
            return new UpstreamAnswer(AnswerKind.Throttled, 0.005);
        }

        // It begins when all but the last of the workers' worth of those before it have ended.
        var begins = now;
        if (_busyUntil.Count >= crowd)
        {
            begins = _busyUntil.UnorderedItems.Select(static item => item.Element).OrderDescending().ElementAt(crowd - 1);
        }

        var ends = begins + Scatter(work(now));
        _busyUntil.Enqueue(ends, ends);
        return new UpstreamAnswer(AnswerKind.Succeeded, ends - now);
    }
}

/// <summary>Answers so many a second and fails the others, as an overloaded server does.</summary>
internal sealed class OverloadedUpstream(Func<double, double> capacity, int seed) : Upstream(seed)
{
    private double _tokens = 1;
    private double _at;

    protected override UpstreamAnswer ReceiveCore(double now)
    {
        _tokens = Math.Min(_tokens + (capacity(now) * (now - _at)), Math.Max(capacity(now) / 20, 1));
        _at = now;
        if (_tokens < 1)
        {
            return new UpstreamAnswer(AnswerKind.Faulted, Scatter(0.05));
        }

        _tokens--;
        return new UpstreamAnswer(AnswerKind.Succeeded, Scatter(0.05));
    }
}
