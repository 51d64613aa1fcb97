using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Simulation;

/// <summary>One client of ours that always wants more, and others, at one upstream: in virtual time, by one thread, the same for the same seed.</summary>
internal sealed class SharedRun : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly SharedUpstream _upstream;
    private readonly ServiceLimiter _limiter;
    private readonly Random _random;
    private long _order;
    private int _underWay;
    private int _attempt;

    public SharedRun(SharedUpstream upstream, ServiceDefinition definition, int seed)
    {
        _upstream = upstream;
        _random = new Random(seed);
        _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For(definition.Name));
        _limiter.ExpectAnswers();
    }

    /// <summary>How many requests of ours are under way at once at most.</summary>
    public int Parallel { get; init; } = 20;

    /// <summary>How many milliseconds a request and an answer are on their way, from and up to.</summary>
    public (int There, int MostThere, int Back, int MostBack) Ways { get; init; } = (20, 100, 20, 100);

    /// <summary>How many of ours were refused in each window, by its number; windows without any are not in it.</summary>
    public SortedDictionary<long, int> RefusedByWindow { get; } = [];

    /// <summary>Ours that the upstream answered well, and refused; the others' that it answered well.</summary>
    public int Ok { get; private set; }

    public int Refused { get; private set; }

    public int Others { get; private set; }

    private long Now => _time.GetTimestamp();

    public void Dispose()
    {
        _limiter.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>Others ask on average so often, evenly spread.</summary>
    public void AddOthers(double perWindow)
    {
        var next = (long)(-Math.Log(1 - _random.NextDouble()) * _upstream.Window / perWindow);
        At(Now + next, () =>
        {
            Others += _upstream.Take(Now) ? 1 : 0;
            AddOthers(perWindow);
        });
    }

    /// <summary>Others ask so often at once, shortly after every window's beginning by their own clock.</summary>
    public void AddBursts(int size, long offset) => At((((Now / _upstream.Window) + 1) * _upstream.Window) + offset, () =>
    {
        for (var i = 0; i < size; i++)
        {
            Others += _upstream.Take(Now) ? 1 : 0;
        }

        AddBursts(size, offset);
    });

    public void Run(int windows)
    {
        TryAt(Now + 1);
        var end = windows * _upstream.Window;
        while (_events.TryPeek(out var next, out var due) && due.At < end)
        {
            _events.Dequeue();
            _time.Advance(TimeSpan.FromTicks(due.At - Now));
            next();
        }
    }

    private void At(long instant, Action action) => _events.Enqueue(action, (Math.Max(instant, Now), _order++));

    private void Try()
    {
        while (_underWay < Parallel)
        {
            var admission = _limiter.TryTicket(out var wait);
            if (admission is null)
            {
                TryAt(Now + Math.Max(wait ?? TimeSpan.TicksPerSecond, 1));
                return;
            }

            _underWay++;
            Send(admission);
        }
    }

    /// <summary>The last word counts: a response may tell of something sooner.</summary>
    private void TryAt(long instant)
    {
        var attempt = ++_attempt;
        At(instant, () =>
        {
            if (attempt == _attempt)
            {
                Try();
            }
        });
    }

    private void Send(AdmissionTicket ticket)
    {
        var (there, back) = (Latency(Ways.There, Ways.MostThere), Latency(Ways.Back, Ways.MostBack));
        At(Now + there, () =>
        {
            var isOk = _upstream.Take(Now);
            if (!isOk)
            {
                var window = _upstream.WindowAt(Now);
                RefusedByWindow[window] = RefusedByWindow.GetValueOrDefault(window) + 1;
            }

            var report = _upstream.Report(Now) with { IsOfRefusal = !isOk };
            At(Now + back, () => Answer(ticket, isOk, report));
        });
    }

    private void Answer(AdmissionTicket ticket, bool isOk, QuotaReport report)
    {
        _limiter.Answered(ticket, [report], _limiter.Now);
        if (isOk)
        {
            Ok++;
        }
        else
        {
            Refused++;
            _limiter.Pause(ticket, report is { Refills: false, ResetAfter: { } reset } ? new TimeSpan(reset) : null);
        }

        _limiter.HeardFirst(ticket);
        ticket.Complete();
        _underWay--;
        TryAt(Now + 1);
    }

    private long Latency(int least, int most) => TimeSpan.TicksPerMillisecond * _random.Next(least, most);
}
