using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Admission;

namespace RateLimited.Http.Tests.Adaptive;

/// <summary>A service's whole admission before a model of its upstream, in virtual time: demand comes at random, waits in line, goes, and is answered.</summary>
internal sealed class ClosedLoop : IDisposable
{
    private readonly AdmissionBed _bed = new();
    private readonly ServiceLimiter _service;
    private readonly Upstream _upstream;
    private readonly Func<double, double> _demand;
    private readonly Random _random;
    private readonly Queue<Waiter> _waiting = new();
    private readonly PriorityQueue<(Waiter Request, UpstreamAnswer Answer), long> _underWay = new();
    private long _arrival;

    public ClosedLoop(LimitDefinition limit, Upstream upstream, Func<double, double> demand, int seed, int line = 100)
    {
        _service = _bed.Serve(AdmissionBed.Define(limit) with { Queue = new QueueDefinition { Length = line, Timeout = TimeSpan.FromSeconds(10) } });
        _upstream = upstream;
        _demand = demand;
        _random = new Random(seed);
    }

    /// <summary>What happened in each second.</summary>
    public List<Second> Seconds { get; } = [];

    private double Now => _bed.Now.TotalSeconds;

    public ClosedLoop Run(int seconds)
    {
        _arrival = NextArrival();
        for (var second = 0; second < seconds; second++)
        {
            Seconds.Add(new Second());
            RunUntil((second + 1) * TimeSpan.TicksPerSecond);
            Seconds[^1].Limit = _service.GetStatus().Limits[0].Quota;
        }

        return this;
    }

    /// <summary>The sums over some seconds.</summary>
    public Second Between(int from, int until)
    {
        var sum = new Second();
        foreach (var second in Seconds[from..until])
        {
            sum.Add(second);
        }

        return sum;
    }

    /// <summary>After how many seconds from one on, five seconds together have brought so many answers a second; or int.MaxValue.</summary>
    public int UntilServed(int from, double perSecond)
    {
        for (var second = from; second + 5 <= Seconds.Count; second++)
        {
            if (Between(second, second + 5).Succeeded >= 5 * perSecond)
            {
                return second - from;
            }
        }

        return int.MaxValue;
    }

    public void Dispose() => _bed.Dispose();

    private void RunUntil(long end)
    {
        while (true)
        {
            var now = _bed.Now.Ticks;
            var next = Math.Min(Math.Min(_arrival, _underWay.TryPeek(out _, out var due) ? due : long.MaxValue), end);
            next = Math.Min(next, Math.Max(now + (_bed.Time.UntilNextTimer?.Ticks ?? TimeSpan.TicksPerDay), now));
            _bed.Advance(new TimeSpan(next - now));
            Dispatch();
            while (_underWay.TryPeek(out var answered, out due) && due <= next)
            {
                _underWay.Dequeue();
                Answer(answered.Request, answered.Answer);
                Dispatch();
            }

            if (_arrival <= next)
            {
                Arrive();
                Dispatch();
            }

            if (next >= end)
            {
                return;
            }
        }
    }

    private long NextArrival() => _bed.Now.Ticks + (long)(-Math.Log(1 - _random.NextDouble()) / Math.Max(_demand(Now), 0.001) * TimeSpan.TicksPerSecond) + 1;

    private void Arrive()
    {
        _arrival = NextArrival();
        Seconds[^1].Offered++;
        var waiter = Waiter.Enter(_service, token: CancellationToken.None);
        if (waiter.Refusal is null)
        {
            _waiting.Enqueue(waiter);
        }
    }

    /// <summary>Sends whoever was let go. All are alike, so they go and give up in the order they came.</summary>
    private void Dispatch()
    {
        while (_waiting.TryPeek(out var first) && first.IsDone)
        {
            _waiting.Dequeue();
            if (first.IsAdmitted)
            {
                Seconds[^1].Sent++;
                var answer = _upstream.Receive(Now);
                _underWay.Enqueue((first, answer), _bed.Now.Ticks + (long)(answer.After * TimeSpan.TicksPerSecond) + 1);
            }
        }
    }

    private void Answer(Waiter request, UpstreamAnswer answer)
    {
        Seconds[^1].Count(answer);
        request.Hear(_service, answer.Kind);
        request.Complete();
    }
}

/// <summary>What happened in one second, or in several.</summary>
internal sealed class Second
{
    public long Offered { get; set; }
    public long Sent { get; set; }
    public long Succeeded { get; private set; }
    public long Throttled { get; private set; }
    public long Faulted { get; private set; }
    public double Latency { get; private set; }

    /// <summary>The limit at its end.</summary>
    public long Limit { get; set; }

    public double MeanLatency => Latency / Math.Max(Succeeded, 1);

    public double ThrottledShare => (double)Throttled / Math.Max(Sent, 1);

    public void Count(UpstreamAnswer answer)
    {
        Succeeded += answer.Kind == AnswerKind.Succeeded ? 1 : 0;
        Throttled += answer.Kind == AnswerKind.Throttled ? 1 : 0;
        Faulted += answer.Kind == AnswerKind.Faulted ? 1 : 0;
        Latency += answer.Kind == AnswerKind.Succeeded ? answer.After : 0;
    }

    public void Add(Second other)
    {
        Offered += other.Offered;
        Sent += other.Sent;
        Succeeded += other.Succeeded;
        Throttled += other.Throttled;
        Faulted += other.Faulted;
        Latency += other.Latency;
        Limit = other.Limit;
    }
}
