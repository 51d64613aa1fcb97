using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Tests.Admission;

namespace RateLimited.Http.Tests.Faults;

/// <summary>
/// Five hundred callers of an upstream that takes a hundred requests a second and is down for two minutes, in virtual time on one thread: the circuit, the retry budget, the line and the throttle
/// are the real ones, put together as the handlers do. Each caller asks, and about five seconds after its answer asks again: a hundred a second in all, as long as all is well.
/// </summary>
internal sealed class OutageLoop : IDisposable
{
    public const int Capacity = 100;
    public const int Down = 60;
    public const int Back = 180;
    public const int End = 330;

    private const int Callers = 500;
    private static readonly long Work = TimeSpan.FromMilliseconds(50).Ticks;
    private static readonly TimeSpan Total = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(10);

    private readonly AdmissionBed _bed = new();
    private readonly ServiceLimiter _limiter;
    private readonly ServiceResilience _resilience;
    private readonly ResilienceRule _rule;
    private readonly int _status;
    private readonly Random _random = new(1);
    private readonly HttpRequestMessage _request = new(HttpMethod.Get, "https://upstream.test/");
    private readonly PriorityQueue<Action, (long At, int Order)> _events = new();
    private readonly List<(Waiter Waiter, Call Call)> _line = [];
    private readonly int[] _fits = new int[End + 1];
    private int _order;

    /// <param name="rule">What of resilience there is.</param>
    /// <param name="hasThrottle">Whether the limits hold back while the upstream fails.</param>
    /// <param name="hasLimit">Whether the upstream's limit is known.</param>
    /// <param name="status">How it fails; 0 for without an answer.</param>
    public OutageLoop(ResilienceRule rule, bool hasThrottle, bool hasLimit, int status)
    {
        var limit = AdmissionBed.Window("second", hasLimit ? Capacity : 1_000_000, TimeSpan.FromSeconds(1));
        _limiter = _bed.Serve(AdmissionBed.Define(limit) with { FaultThrottle = hasThrottle });
        _resilience = new ServiceResilience("outage", _bed.Time, _limiter.Telemetry.Resilience, new Random(2), _limiter.Origin);
        _rule = rule;
        _resilience.Apply(rule);
        _status = status;
    }

    /// <summary>What came to the upstream in each second.</summary>
    public int[] Came { get; } = new int[End + 1];

    /// <summary>What of it were repeats.</summary>
    public int[] Repeated { get; } = new int[End + 1];

    /// <summary>Who was answered in each second.</summary>
    public int[] Served { get; } = new int[End + 1];

    private long Now => _bed.Now.Ticks;

    private int Second => (int)Math.Min(Now / TimeSpan.TicksPerSecond, End);

    public OutageLoop Run()
    {
        for (var caller = 0; caller < Callers; caller++)
        {
            After(TimeSpan.FromSeconds(5 * _random.NextDouble()).Ticks, Ask);
        }

        while (Now < End * TimeSpan.TicksPerSecond)
        {
            var next = Math.Min(_events.TryPeek(out _, out var due) ? due.At : long.MaxValue, End * TimeSpan.TicksPerSecond);
            _bed.Advance(new TimeSpan(Math.Max(Math.Min(next, Now + (_bed.Time.UntilNextTimer?.Ticks ?? TimeSpan.TicksPerDay)) - Now, 0)));
            Go();
            while (_events.TryPeek(out var happens, out due) && due.At <= Now)
            {
                _events.Dequeue();
                happens();
                Go();
            }
        }

        return this;
    }

    public void Dispose()
    {
        _bed.Dispose();
        _request.Dispose();
    }

    private void After(long ticks, Action happens) => _events.Enqueue(happens, (Now + ticks, _order++));

    private void Ask() => Try(new Call(Now + Total.Ticks));

    private void AskAgainLater() => After(TimeSpan.FromSeconds(2.5 + (5 * _random.NextDouble())).Ticks, Ask);

    private void Try(Call call)
    {
        if (!_resilience.TryEnter(_request, out call.Pass, out _))
        {
            AskAgainLater();
            return;
        }

        _line.Add((Waiter.Enter(_limiter, AdmissionBed.Of(timeout: new TimeSpan(call.Deadline - Now))), call));
    }

    /// <summary>Sends whoever was let go, and tells those who were refused.</summary>
    private void Go()
    {
        for (var i = 0; i < _line.Count; i++)
        {
            var (waiter, call) = _line[i];
            if (!waiter.IsDone)
            {
                continue;
            }

            _line.RemoveAt(i--);
            if (waiter.IsAdmitted)
            {
                Send(waiter, call);
            }
            else
            {
                Report(call, new AttemptReading(FailureKind.None, CallResult.Inconclusive));
                AskAgainLater();
            }
        }
    }

    private void Send(Waiter waiter, Call call)
    {
        Came[Second]++;
        Repeated[Second] += call.Attempts > 0 ? 1 : 0;
        var isDown = Second is >= Down and < Back;
        if (isDown && _status == 0)
        {
            After(Math.Min(Attempt.Ticks, call.Deadline - Now), () => Answer(waiter, call, status: 0));
            return;
        }

        var fits = !isDown && ++_fits[Second] <= Capacity * 12 / 10;
        After(Work, () => Answer(waiter, call, fits ? 200 : isDown ? _status : 503));
    }

    private void Answer(Waiter waiter, Call call, int status)
    {
        var isOver = status == 0 && Now >= call.Deadline;
        var reading = status switch
        {
            0 => isOver ? new AttemptReading(FailureKind.None, CallResult.Inconclusive) : new AttemptReading(FailureKind.TimedOut, CallResult.Failure),
            _ => AttemptReader.Read(status, VerdictOf(status), _rule.Retry?.Statuses),
        };
        waiter.Hear(_limiter, status switch { 200 => AnswerKind.Succeeded, 429 => AnswerKind.Throttled, 0 when isOver => AnswerKind.Ignored, _ => AnswerKind.Faulted });
        var ticket = waiter.Hold();
        if (status == 429)
        {
            _limiter.Pause(ticket, wait: null);
        }

        ticket.Complete();
        Report(call, reading);
        if (status == 200)
        {
            Served[Second]++;
        }

        if (_rule.Retry is { } retry && retry.Decide(reading, call.Attempts, ContentReplay.Replayable, isIdempotent: true) == RetryDecision.Repeat
            && (call.Pause = _resilience.PauseAfter(retry, reading, call.Attempts, call.Pause)) < call.Deadline - Now && _resilience.TryTakeRetry(retry))
        {
            call.Attempts++;
            After(call.Pause, () => Try(call));
        }
        else
        {
            AskAgainLater();
        }
    }

    private void Report(Call call, AttemptReading reading) => _resilience.Report(_rule, new AttemptReport(call.Pass, reading) { IsFirst = call.Attempts == 0 });

    private static Verdict VerdictOf(int status) => status switch
    {
        200 => default,
        429 => new Verdict(ResponseKind.Limited, ResponseScope.Key),
        _ => new Verdict(ResponseKind.Overloaded, ResponseScope.Service),
    };

    private sealed class Call(long deadline)
    {
        public CircuitPass Pass;

        public long Deadline => deadline;

        public int Attempts { get; set; }

        public long Pause { get; set; }
    }
}
