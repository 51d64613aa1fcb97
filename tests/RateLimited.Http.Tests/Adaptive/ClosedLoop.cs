using RateLimited.Http.Admission;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Admission;

namespace RateLimited.Http.Tests.Adaptive;

/// <summary>
/// A service's whole admission before a model of its upstream, in virtual time: demand comes at random, to one of the service's processes where it has several, waits in line, goes, and is answered.
/// </summary>
internal sealed class ClosedLoop : IDisposable
{
    private readonly ManualTimeProvider _time;
    private readonly ServiceLimiter[] _services;
    private readonly IDisposable _owner;
    private readonly Upstream _upstream;
    private readonly Func<double, double> _demand;
    private readonly Random _random;
    private readonly Queue<Waiter>[] _waiting;
    private readonly PriorityQueue<(int Process, Waiter Request, UpstreamAnswer Answer), long> _underWay = new();
    private long _arrival;

    public ClosedLoop(LimitDefinition limit, Upstream upstream, Func<double, double> demand, int seed, int line = 100)
        : this(new AdmissionBed(), limit, upstream, demand, seed, line)
    {
    }

    /// <param name="time">The time of all processes.</param>
    /// <param name="services">The service in each of its processes.</param>
    /// <param name="owner">What ends with the loop.</param>
    /// <param name="upstream">The upstream of all.</param>
    /// <param name="demand">How many requests a second come at which second, to all processes together.</param>
    /// <param name="seed">What all chance comes from.</param>
    public ClosedLoop(ManualTimeProvider time, ServiceLimiter[] services, IDisposable owner, Upstream upstream, Func<double, double> demand, int seed)
    {
        (_time, _services, _owner) = (time, services, owner);
        _waiting = [.. services.Select(static _ => new Queue<Waiter>())];
        _upstream = upstream;
        _demand = demand;
        _random = new Random(seed);
    }

    private ClosedLoop(AdmissionBed bed, LimitDefinition limit, Upstream upstream, Func<double, double> demand, int seed, int line)
        : this(bed.Time, [bed.Serve(AdmissionBed.Define(limit) with { Queue = new QueueDefinition { Length = line, Timeout = TimeSpan.FromSeconds(10) } })], bed, upstream, demand, seed)
    {
    }

    /// <summary>How many of the processes there are at which second; all of them, where nobody says.</summary>
    public Func<double, int>? Living { get; init; }

    /// <summary>What happened in each second.</summary>
    public List<Second> Seconds { get; } = [];

    private long NowTicks => _time.GetTimestamp();

    private double Now => new TimeSpan(NowTicks).TotalSeconds;

    public ClosedLoop Run(int seconds)
    {
        _arrival = NextArrival();
        for (var second = 0; second < seconds; second++)
        {
            Seconds.Add(new Second());
            RunUntil((second + 1) * TimeSpan.TicksPerSecond);
            Seconds[^1].Limit = _services[0].GetStatus().Limits[0].Quota;
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

    public void Dispose() => _owner.Dispose();

    private void RunUntil(long end)
    {
        while (true)
        {
            var now = NowTicks;
            var next = Math.Min(Math.Min(_arrival, _underWay.TryPeek(out _, out var due) ? due : long.MaxValue), end);
            next = Math.Min(next, Math.Max(now + (_time.UntilNextTimer?.Ticks ?? TimeSpan.TicksPerDay), now));
            _time.Advance(new TimeSpan(next - now));
            Dispatch();
            while (_underWay.TryPeek(out var answered, out due) && due <= next)
            {
                _underWay.Dequeue();
                Answer(answered.Process, answered.Request, answered.Answer);
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

    private long NextArrival() => NowTicks + (long)(-Math.Log(1 - _random.NextDouble()) / Math.Max(_demand(Now), 0.001) * TimeSpan.TicksPerSecond) + 1;

    private void Arrive()
    {
        _arrival = NextArrival();
        Seconds[^1].Offered++;
        var process = _services.Length == 1 ? 0 : _random.Next(Living?.Invoke(Now) ?? _services.Length);
        var waiter = Waiter.Enter(_services[process], token: CancellationToken.None);
        if (waiter.Refusal is null)
        {
            _waiting[process].Enqueue(waiter);
        }
    }

    /// <summary>Sends whoever was let go. All are alike, so they go and give up in the order they came.</summary>
    private void Dispatch()
    {
        for (var process = 0; process < _waiting.Length; process++)
        {
            while (_waiting[process].TryPeek(out var first) && first.IsDone)
            {
                _waiting[process].Dequeue();
                if (first.IsAdmitted)
                {
                    Seconds[^1].Sent++;
                    var answer = _upstream.Receive(Now);
                    _underWay.Enqueue((process, first, answer), NowTicks + (long)(answer.After * TimeSpan.TicksPerSecond) + 1);
                }
            }
        }
    }

    private void Answer(int process, Waiter request, UpstreamAnswer answer)
    {
        Seconds[^1].Count(answer);
        request.Hear(_services[process], answer.Kind);
        request.Complete();
    }
}
