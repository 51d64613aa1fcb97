using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Several processes at a bucket that somebody else may draw on, in virtual time: what they know of it together, against an upstream that counts.</summary>
public sealed class FleetFlowTests(ITestOutputHelper output)
{
    private const int Quota = 100;
    private const int Windows = 12;

    [Fact]
    public void Nobody_is_refused_and_what_flows_is_used_where_nobody_else_draws_on_it()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var run = new FleetRun(seed);
            run.Run(Windows);

            output.WriteLine($"seed {seed}: ours {run.Ours}, refused {run.Refused.Count}, flowed {run.Flowed}");
            run.Refused.ShouldBeEmpty($"seed {seed}");
            ((double)run.Ours).ShouldBeGreaterThan(0.95 * run.Flowed, $"seed {seed}");
        }
    }

    [Fact]
    public void A_stranger_costs_a_refusal_now_and_then_and_what_he_leaves_is_used()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var run = new FleetRun(seed) { Strangers = Quota / 4.0 };
            run.Run(Windows);

            output.WriteLine($"seed {seed}: ours {run.Ours}, others {run.Others}, refused {string.Join(' ', run.Refused)}, flowed {run.Flowed}");

            // Until the first two were refused nothing was left to him, and after eight windows nothing is any more.
            run.Refused.Where(static window => window > 0).CountBy(static window => window).ShouldAllBe(static each => each.Value == 1, $"seed {seed}");
            run.Refused.Count.ShouldBeLessThanOrEqualTo(4, $"seed {seed}");
            ((double)run.Ours).ShouldBeGreaterThan(0.95 * (run.Flowed - run.Others), $"seed {seed}");
        }
    }

    [Fact]
    public void Where_answers_take_long_what_flows_is_used_as_well()
    {
        var run = new FleetRun(seed: 1) { Window = TimeSpan.TicksPerMinute, Ways = (1, 20), Back = (9_000, 11_000) };
        run.Run(Windows);

        run.Refused.ShouldBeEmpty();
        ((double)run.Ours).ShouldBeGreaterThan(0.95 * run.Flowed, $"{run.Ours} of {run.Flowed}");
    }

    /// <summary>Four processes that always want more, and somebody else; what they count together is known to all at once.</summary>
    private sealed class FleetRun
    {
        private const int Processes = 4;
        private const long Millisecond = TimeSpan.TicksPerMillisecond;

        private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
        private readonly Random _random;
        private FleetBucket? _rule;
        private LimitState _state;
        private double _level = Quota;
        private long _flowedAt;
        private long _began;
        private long _now;
        private long _order;
        private long _pausedUntil;
        private long _lookAt = LimitRule.Never;

        public FleetRun(int seed) => _random = new Random(seed);

        public long Window { get; init; } = 2 * TimeSpan.TicksPerSecond;

        /// <summary>How many milliseconds a request is on its way until it is counted.</summary>
        public (int Least, int Most) Ways { get; init; } = (5, 50);

        /// <summary>How many its answer takes.</summary>
        public (int Least, int Most) Back { get; init; } = (1, 10);

        /// <summary>How often somebody else asks in a window, at random.</summary>
        public double Strangers { get; init; }

        public int Ours { get; private set; }

        public int Others { get; private set; }

        /// <summary>Of each of ours that was refused, in which window that was.</summary>
        public List<long> Refused { get; } = [];

        /// <summary>All that there was from the first request on.</summary>
        public double Flowed => Quota + ((double)Quota * (_now - _began) / Window);

        public void Run(int windows)
        {
            _began = _random.NextInt64(Window);
            if (Strangers > 0)
            {
                At(_began + _random.NextInt64(Window), Draw);
            }

            At(_began, () =>
            {
                // One asks first in each process, and nobody counts those.
                for (var i = 0; i < Processes; i++)
                {
                    Send(isCounted: false);
                }
            });
            var end = _began + (windows * Window);
            while (_events.TryPeek(out var next, out var due) && due.At < end)
            {
                _events.Dequeue();
                _now = due.At;
                next();
            }
        }

        private void At(long instant, Action action) => _events.Enqueue(action, (instant, _order++));

        private bool Take()
        {
            _level = Math.Min(Quota, _level + ((double)Quota * (_now - _flowedAt) / Window));
            _flowedAt = _now;
            var isThere = _level >= 1;
            _level -= isThere ? 1 : 0;
            return isThere;
        }

        private void Draw()
        {
            Others += Take() ? 1 : 0;
            At(_now + (long)(2 * _random.NextDouble() * Window / Strangers), Draw);
        }

        private void GoOn()
        {
            if (_rule is null)
            {
                return;
            }

            long next;
            while ((next = Math.Max(_rule.Earliest(ref _state, new Moment(_now), 1), _pausedUntil)) == _now || next < _now)
            {
                _rule.Charge(ref _state, new Moment(_now), 1);
                Send(isCounted: true);
            }

            if (next < LimitRule.Never && (next < _lookAt || _lookAt <= _now))
            {
                _lookAt = next;
                At(next, GoOn);
            }
        }

        private void Send(bool isCounted) => At(_now + Latency(Ways), () =>
        {
            var isOk = Take();
            Ours += isOk ? 1 : 0;
            if (!isOk)
            {
                Refused.Add((_now - _began) / Window);
            }

            var (used, full) = (Quota - (int)_level, (long)((Quota - _level) * Window / Quota));
            At(_now + Latency(Back), () => Answer(used, full, !isOk, isCounted));
        });

        private long Latency((int Least, int Most) way) => _random.NextInt64(way.Least * Millisecond, way.Most * Millisecond);

        /// <summary>As a process hears and tells it.</summary>
        private void Answer(int used, long full, bool isRefused, bool isCounted)
        {
            var at = new Moment(_now);
            var window = RefillWindow.Taken(_rule?.Window ?? 0).Hear(new QuotaReport { Limit = Quota, Remaining = Quota - used, ResetAfter = full, Refills = true });
            if (_rule?.Window != window.Ticks && window.Ticks > 0)
            {
                var before = _rule;
                _rule = new FleetBucket("fleet", Quota, window.Ticks, patience: TimeSpan.TicksPerSecond);
                _rule.Adopt(ref _state, before ?? _rule, at);
            }

            _rule!.Hear(ref _state, at, used, _now, isCounted ? FleetRule.UncountedOf(Processes) : -1, isRefused && isCounted);
            if (isCounted)
            {
                _rule.GiveBack(ref _state, at, receipt: 0, 1);
            }

            _pausedUntil = isRefused ? _now + (Window / Quota) : _pausedUntil;
            GoOn();
        }
    }
}
