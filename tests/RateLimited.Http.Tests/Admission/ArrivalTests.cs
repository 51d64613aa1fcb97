using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Admission;

/// <summary>
/// Limits hold where requests arrive: a saturated client before a strict upstream that counts at its own door, with random latency there and back, in virtual time.
/// </summary>
public sealed class ArrivalTests
{
    private const int Quota = 100;

    private static readonly long Window = TimeSpan.FromSeconds(2).Ticks;
    private static readonly long Duration = TimeSpan.FromSeconds(120).Ticks;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_sliding_log_behind_45_ms_of_jitter_never_refuses_and_is_used_to_97_percent(int seed)
    {
        var run = new Run(new SlidingWindow(Quota, Window), seed, Delays.Uniform);

        run.ToTheEnd();

        run.Refused.ShouldBe(0, $"seed {seed}");
        (run.Admitted / (Quota * (double)Duration / Window)).ShouldBeGreaterThan(0.97, $"seed {seed}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Requests_that_are_held_up_far_beyond_the_usual_count_from_when_they_can_have_arrived(int seed)
    {
        // Now and then everything on its way is held up for 0.4 s: eight times the usual spread.
        var run = new Run(new SlidingWindow(Quota, Window), seed, Delays.WithStalls);

        run.ToTheEnd();

        run.Refused.ShouldBe(0, $"seed {seed}");
        (run.Admitted / (Quota * (double)Duration / Window)).ShouldBeGreaterThan(0.9, $"seed {seed}");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    public void The_first_requests_of_a_program_are_late_and_those_after_them_are_not_and_none_is_refused(int seed, bool isAligned)
    {
        // Connections are made for up to a second: what waits for one arrives then, and what finds one made takes a few milliseconds.
        var run = new Run(isAligned ? new FixedWindow(Quota, Window) : new SlidingWindow(Quota, Window), seed, Delays.ColdStart);

        run.ToTheEnd();

        run.Refused.ShouldBe(0, $"seed {seed}");
        (run.Admitted / (Quota * (double)Duration / Window)).ShouldBeGreaterThan(0.96, $"seed {seed}");
    }

    /// <summary>A window ends while the first requests make their connections: they arrive in the next one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_the_first_requests_of_a_program_none_is_refused_whichever_window_they_arrive_in(int seed)
    {
        for (var early = 50; early <= 950; early += 100)
        {
            foreach (var shortest in (int[])[50, early])
            {
                var run = new Run(new FixedWindow(Quota, Window), seed, Delays.ColdStart) { Early = early, ShortestStart = shortest };

                run.ToTheEnd();

                run.Refused.ShouldBe(0, $"seed {seed}, {early} ms before the end, after {shortest} ms at the soonest");
                (run.Admitted / (Quota * (double)Duration / Window)).ShouldBeGreaterThan(0.95, $"seed {seed}, {early} ms before the end, after {shortest} ms at the soonest");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_flows_into_a_bucket_while_its_burst_waits_for_connections_finds_room(int seed)
    {
        var run = new Run(new TokenBucket(Quota, Window, Quota), seed, Delays.ColdStart) { ShortestStart = 100, LongestStart = 100 };

        run.ToTheEnd();

        run.Refused.ShouldBe(0, $"seed {seed}");
        (run.Admitted / (Quota * (double)Duration / Window)).ShouldBeGreaterThan(0.99, $"seed {seed}");
    }

    [Theory]
    [InlineData(450)]
    [InlineData(990)]
    [InlineData(2500)]
    public void A_first_request_that_takes_long_counts_from_its_answer(int milliseconds)
    {
        var run = new Run(new SlidingWindow(Quota, Window), seed: 1, Delays.ColdStart) { FirstTakes = milliseconds };

        run.ToTheEnd();

        run.Refused.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_takes_the_upstream_long_to_answer_costs_no_more_than_the_bound(int seed)
    {
        // A model that thinks for up to ten seconds: its work is not its way, and one sixteenth of the window is the most that is lost to telling them apart.
        var run = new Run(new SlidingWindow(Quota, Window), seed, Delays.SlowAnswers);

        run.ToTheEnd();

        (run.Admitted / (Quota * (double)Duration / Window)).ShouldBeGreaterThan(0.92, $"seed {seed}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_aligned_window_never_refuses_though_requests_are_held_up_across_its_end(int seed)
    {
        var run = new Run(new FixedWindow(Quota, Window), seed, Delays.WithStalls);

        run.ToTheEnd();

        run.Refused.ShouldBe(0, $"seed {seed}");
        (run.Admitted / (Quota * (double)Duration / Window)).ShouldBeGreaterThan(0.95, $"seed {seed}");
    }

    private enum Delays
    {
        Uniform,
        WithStalls,
        SlowAnswers,
        ColdStart,
    }

    /// <summary>One client, one upstream, one queue of events.</summary>
    private sealed class Run
    {
        private readonly ManualTimeProvider _time = new();
        private readonly PriorityQueue<Action, (long Instant, int Order)> _events = new();
        private readonly Queue<long> _log = new();
        private readonly InProcessStore _store;
        private readonly BoundService _service;
        private readonly Random _random;
        private readonly Delays _delays;
        private readonly bool _isAligned;
        private readonly bool _isBucket;
        private long _window = -1;
        private long _level = Window;
        private long _levelAt;
        private long _begin;
        private int _inWindow;
        private int _order;
        private int _sent;
        private long _stallEnds;
        private long _nextTry = long.MaxValue;

        public Run(LimitRule rule, int seed, Delays delays)
        {
            _random = new Random(seed);
            _delays = delays;
            (_isAligned, _isBucket) = (rule is FixedWindow, rule is TokenBucket);
            _store = new InProcessStore(_time, []);
            _service = new BoundService(new ServiceDefinition { Name = "strict", Limits = [new LimitDefinition("only", UnitCost.Requests, rule)] }, _store);
            _service.ExpectAnswers();
        }

        /// <summary>How many milliseconds the first request is on its way, before any other is sent; zero where all are sent at once.</summary>
        public int FirstTakes { get; init; }

        /// <summary>How many milliseconds it takes at least and at most until there are connections.</summary>
        public int ShortestStart { get; init; } = 50;

        public int LongestStart { get; init; } = 990;

        public int Admitted { get; private set; }

        public int Refused { get; private set; }

        /// <summary>How many milliseconds before the end of a window by the clock the first are sent; zero: at the beginning of one.</summary>
        public int Early { get; init; }

        public void ToTheEnd()
        {
            _begin = Early == 0 ? 0 : Window - (Early * TimeSpan.TicksPerMillisecond);
            At(_begin, Send);
            if (_delays == Delays.WithStalls)
            {
                // The client knows its network before it has a bad day.
                for (var second = 15; second < 120; second += 10)
                {
                    At(TimeSpan.FromSeconds(second).Ticks + _random.NextInt64(Window), () => _stallEnds = Now + TimeSpan.FromMilliseconds(400).Ticks);
                }
            }

            while (_events.TryDequeue(out var action, out var due) && due.Instant < Duration)
            {
                _time.Advance(new TimeSpan(due.Instant - Now));
                action();
            }
        }

        private long Now => _store.Clock.Now;

        private void At(long instant, Action action) => _events.Enqueue(action, (instant, _order++));

        private void Send()
        {
            while (true)
            {
                var ticket = new AdmissionTicket();
                ticket.Resolve(_service.DefaultPlan, default);
                var decision = _store.Admit(ticket);
                if (!decision.IsAdmitted)
                {
                    if (decision.Earliest < _nextTry || _nextTry <= Now)
                    {
                        _nextTry = decision.Earliest;
                        At(decision.Earliest, Send);
                    }

                    return;
                }

                At(ArrivalOf(isFirst: _sent++ == 0), () => Arrive(ticket));
                if (_sent == 1 && FirstTakes > 0)
                {
                    return;
                }
            }
        }

        private long ArrivalOf(bool isFirst) => _delays switch
        {
            Delays.ColdStart when FirstTakes > 0 => Now + (isFirst ? Milliseconds(FirstTakes, FirstTakes) : Milliseconds(1, 6)),
            Delays.ColdStart => Math.Max(Now + Milliseconds(1, 6), _begin + Milliseconds(ShortestStart, LongestStart)),
            _ => Math.Max(Now + Milliseconds(5, 50), _stallEnds + (Now < _stallEnds ? Milliseconds(0, 5) : 0)),
        };

        private void Arrive(AdmissionTicket ticket)
        {
            if (TryCount())
            {
                Admitted++;
            }
            else
            {
                Refused++;
            }

            At(Now + Milliseconds(1, 3) + (_delays == Delays.SlowAnswers ? Milliseconds(100, 10_000) : 0), () =>
            {
                _store.Answer(ticket, _store.Clock.Now, isDated: true, _service.ObserveLatency(Now - ticket.ChargedAt, ticket.ChargedAt), [], inFlight: 0);
                Send();
            });
        }

        private bool TryCount()
        {
            if (_isAligned)
            {
                var window = _time.GetUtcNow().UtcTicks / Window;
                (_window, _inWindow) = window == _window ? (_window, _inWindow + 1) : (window, 1);
                return _inWindow <= Quota;
            }

            if (_isBucket)
            {
                // Ticks of which a request costs as many as the bucket takes to refill by one.
                var level = Math.Min(Window, _level + Now - _levelAt);
                (_level, _levelAt) = (level >= Window / Quota ? level - (Window / Quota) : level, Now);
                return level >= Window / Quota;
            }

            while (_log.TryPeek(out var oldest) && oldest <= Now - Window)
            {
                _log.Dequeue();
            }

            if (_log.Count == Quota)
            {
                return false;
            }

            _log.Enqueue(Now);
            return true;
        }

        private long Milliseconds(double from, double to) => (long)((from + (_random.NextDouble() * (to - from))) * TimeSpan.TicksPerMillisecond);
    }
}
