using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Several processes at a quota that somebody else may draw on: what they know of it together, against an upstream that counts. The arena's cell `stranger`, in virtual time.</summary>
public sealed class FleetWindowTests(ITestOutputHelper output)
{
    private const int Quota = 100;
    private const int Windows = 12;

    [Theory]
    [InlineData(5, 50, 0)]
    [InlineData(40, 60, 0)]
    [InlineData(5, 150, 1)]
    public void A_stranger_costs_one_refusal_in_a_window_from_the_first_one_on_unless_that_is_short(int least, int most, int from)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var run = new FleetRun(seed) { Ways = (least, most), Strangers = Quota / 4.0 };
            run.Run(Windows);

            var refused = string.Join(' ', run.Refused);
            output.WriteLine($"seed {seed}: ours {string.Join(' ', run.Ours)}, refused {refused}, most at once {string.Join(' ', run.MostAtOnce)}");
            run.Refused.Skip(from).ShouldAllBe(static count => count <= 1, $"seed {seed}: {refused}");
        }
    }

    [Fact]
    public void What_a_stranger_leaves_is_used()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var run = new FleetRun(seed) { Strangers = Quota / 4.0 };
            run.Run(Windows);

            // The first may be almost over when it begins.
            run.Used.Skip(1).ShouldAllBe(static used => used == Quota, $"seed {seed}: {string.Join(' ', run.Used)}");
        }
    }

    [Fact]
    public void Nobody_is_taken_for_a_stranger_where_there_is_none_and_soon_a_whole_window_goes_at_once()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var run = new FleetRun(seed);
            run.Run(Windows);

            run.AreOthersKnown.ShouldBeFalse($"seed {seed}");
            run.Refused.Sum().ShouldBe(0);
            run.Used.Skip(1).ShouldAllBe(static used => used == Quota);
            run.MostAtOnce[1].ShouldBeLessThan((Quota / FleetQuota.PartAtOnce) + FleetRun.Processes);
            run.MostAtOnce.Skip(4).ShouldAllBe(static count => count == Quota, $"seed {seed}: {string.Join(' ', run.MostAtOnce)}");
        }
    }

    [Fact]
    public void Where_answers_take_long_nobody_waits_for_longer_than_is_asked_first()
    {
        var run = new FleetRun(seed: 1) { Back = (9_000, 11_000), Window = TimeSpan.TicksPerMinute };
        run.Run(Windows);

        run.Used.Skip(1).ShouldAllBe(static used => used == Quota, string.Join(' ', run.Used));
        run.Refused.Sum().ShouldBe(0);
    }

    /// <summary>Four processes that always want more, and somebody else; what they count together is known to all at once.</summary>
    private sealed class FleetRun
    {
        public const int Processes = 4;
        private const long Millisecond = TimeSpan.TicksPerMillisecond;

        /// <summary>For how many windows others are remembered.</summary>
        private const int Remembered = 8;

        private readonly FleetQuota _rule = new("fleet", Quota, patience: TimeSpan.TicksPerSecond);
        private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
        private readonly Random _random;
        private LimitState _state;
        private long _now;
        private long _order;
        private long _pausedUntil;
        private bool _isTold;
        private int _underWay;

        public FleetRun(int seed) => _random = new Random(seed);

        public long Window { get; init; } = 2 * TimeSpan.TicksPerSecond;

        /// <summary>How many milliseconds a request is on its way until it is counted.</summary>
        public (int Least, int Most) Ways { get; init; } = (5, 50);

        /// <summary>How many its answer takes.</summary>
        public (int Least, int Most) Back { get; init; } = (0, 2);

        /// <summary>How often somebody else asks in a window, at random.</summary>
        public double Strangers { get; init; }

        /// <summary>By window: how much all used, and of that ours; how many of ours were refused, and how many were under way at once.</summary>
        public int[] Used { get; private set; } = [];

        public int[] Ours { get; private set; } = [];

        public int[] Refused { get; private set; } = [];

        public int[] MostAtOnce { get; private set; } = [];

        public bool AreOthersKnown => _state.Mark > 0;

        private int Current => (int)(_now / Window);

        public void Run(int windows)
        {
            (Used, Ours, Refused, MostAtOnce) = (new int[windows], new int[windows], new int[windows], new int[windows]);
            var begin = _random.NextInt64(Window);
            if (Strangers > 0)
            {
                At(_random.NextInt64(Window), Draw);
            }

            At(begin, () =>
            {
                // One asks first in each process, and nobody counts those.
                for (var i = 0; i < Processes; i++)
                {
                    Send(isCounted: false);
                }
            });
            At(begin, AskAgain);
            while (_events.TryPeek(out var next, out var due) && due.At < windows * Window)
            {
                _events.Dequeue();
                _now = due.At;
                next();
            }
        }

        private void At(long instant, Action action) => _events.Enqueue(action, (instant, _order++));

        private void Draw()
        {
            Used[Current] += Used[Current] < Quota ? 1 : 0;
            At(_now + (long)(2 * _random.NextDouble() * Window / Strangers), Draw);
        }

        /// <summary>Whoever was refused for nobody knows how long asks again as often.</summary>
        private void AskAgain()
        {
            GoOn();
            At(_now + (250 * Millisecond), AskAgain);
        }

        private void GoOn()
        {
            var at = new Moment(_now);
            while (_isTold && _now >= _pausedUntil && _rule.Earliest(ref _state, at, 1) == _now)
            {
                _rule.Charge(ref _state, at, 1);
                Send(isCounted: true);
            }
        }

        private void Send(bool isCounted)
        {
            _underWay++;
            MostAtOnce[Current] = Math.Max(MostAtOnce[Current], _underWay);
            At(_now + Latency(Ways), () => Arrive(isCounted));
        }

        private void Arrive(bool isCounted)
        {
            var isRefused = Used[Current] == Quota;
            Used[Current] += isRefused ? 0 : 1;
            Ours[Current] += isRefused ? 0 : 1;
            Refused[Current] += isRefused ? 1 : 0;
            var (used, left) = (Used[Current], Window - (_now % Window));
            At(_now + Latency(Back), () => Answer(used, left, isRefused, isCounted));
        }

        private long Latency((int Least, int Most) way) => _random.NextInt64(way.Least * Millisecond, way.Most * Millisecond);

        /// <summary>As a process hears and tells it.</summary>
        private void Answer(int used, long left, bool isRefused, bool isCounted)
        {
            var at = new Moment(_now);
            (_underWay, _isTold) = (_underWay - 1, true);
            var excess = _rule.Hear(ref _state, at, used, _now + left, FleetQuota.ToleranceOf(0, Window), isCounted);
            var report = new QuotaReport { Limit = Quota, Remaining = Quota - used, IsOfRefusal = isRefused };
            if ((isCounted && FleetQuota.ShowsOthers(excess, Processes)) || FleetQuota.ShowsOthers(report, isCounted ? 1 : 0))
            {
                FleetQuota.Share(ref _state, _now + (Remembered * Window));
            }

            if (isCounted)
            {
                _rule.GiveBack(ref _state, at, receipt: 0, 1);
            }

            _pausedUntil = isRefused ? _now + left : _pausedUntil;
            At(_now + left, GoOn);
            GoOn();
        }
    }
}
