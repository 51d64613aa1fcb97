using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Tests.Limits.Learning;

/// <summary>The learner of concurrency limits beside its rules in plain words, at upstreams whose capacity, latency and patience change.</summary>
public sealed class VegasReferenceTests
{
    private const long Ms = TimeSpan.TicksPerMillisecond;

    [Fact]
    public void It_does_what_its_rules_say_at_whatever_upstream()
    {
        var seen = new Seen();
        for (var seed = 1; seed <= 60; seed++)
        {
            Run(seed, seen);
        }

        seen.ShouldSatisfyAllConditions(
            static seen => seen.Probes.ShouldBeGreaterThan(50), static seen => seen.BrokenProbes.ShouldBeGreaterThan(5), static seen => seen.Cuts.ShouldBeGreaterThan(50), static seen => seen.InVain.ShouldBeGreaterThan(10),
            static seen => seen.Unsteady.ShouldBeGreaterThan(10), static seen => seen.Refusals.ShouldBeGreaterThan(50), static seen => seen.Held.ShouldBeGreaterThan(50), static seen => seen.Crept.ShouldBeGreaterThan(10),
            static seen => seen.Beyond.ShouldBeGreaterThan(3), static seen => seen.Vetoed.ShouldBeGreaterThan(10), static seen => seen.Late.ShouldBeGreaterThan(10));
    }

    private static void Run(int seed, Seen seen)
    {
        var random = new Random(seed);
        var bounds = new VegasBounds(random.Next(1, 6), random.Next(40, 300));
        var initial = random.Next(bounds.Least, 40);
        var (vegas, reference) = (new VegasLimit(initial), new Reference(initial, bounds, seen));
        var underWay = new PriorityQueue<long, long>();
        var (now, upstream) = (random.NextInt64(1, 1_000 * Ms), Upstream.Draw(random));
        for (var step = 0; step < 12_000; step++)
        {
            upstream = random.Next(1_500) == 0 ? Upstream.Draw(random) : upstream;
            while (underWay.Count < Math.Min(vegas.Limit, upstream.Demand))
            {
                underWay.Enqueue(now, now + upstream.LatencyOf(underWay.Count + 1, random));
                vegas.Sent(underWay.Count);
                reference.Sent(underWay.Count);
            }

            underWay.TryDequeue(out var sentAt, out var answeredAt).ShouldBeTrue();
            now = Math.Max(now, answeredAt);
            var outcome = upstream.Answer(sentAt, underWay.Count + 1, random);
            now += outcome.Kind == AnswerKind.Faulted && random.Next(2) == 0 ? 400 * Ms : 0;
            vegas.Answered(now, outcome, underWay.Count + 1, bounds);
            reference.Answered(now, outcome, underWay.Count + 1);
            (vegas.Limit, vegas.HeardAt).ShouldBe((reference.Limit, reference.HeardAt), $"seed {seed}, step {step}");
        }
    }

    /// <summary>How often each rule was in force, lest a rule is never tried.</summary>
    private sealed class Seen
    {
        public int Probes { get; set; }

        public int BrokenProbes { get; set; }

        public int Cuts { get; set; }

        public int InVain { get; set; }

        public int Unsteady { get; set; }

        public int Refusals { get; set; }

        public int Late { get; set; }

        public int Held { get; set; }

        public int Crept { get; set; }

        public int Beyond { get; set; }

        public int Vetoed { get; set; }
    }

    /// <summary>An upstream that works on so many at once; more wait for each other, and beyond what it bears it refuses.</summary>
    private sealed record Upstream(int Slots, long Base, int Bears, int Demand, double Noise, int FaultOneIn, double LossBeyond)
    {
        public static Upstream Draw(Random random) => new(
            random.Next(3, 120), random.NextInt64(2, 120) * Ms, random.Next(3) == 0 ? random.Next(5, 200) : int.MaxValue, random.Next(5) == 0 ? random.Next(1, 20) : int.MaxValue,
            random.Next(3) * 0.05, random.Next(3) == 0 ? 200 : int.MaxValue, random.Next(3) * 0.5);

        public long LatencyOf(int underWay, Random random)
        {
            var beyond = Math.Max(underWay - Slots, 0);
            var queued = Base * (1 + ((1 + LossBeyond) * beyond / Slots));
            return (long)(queued * (1 + (Noise * random.NextDouble())));
        }

        public AnswerOutcome Answer(long sentAt, int underWay, Random random) =>
            new(underWay > Bears ? AnswerKind.Throttled : random.Next(FaultOneIn) == 0 && FaultOneIn < int.MaxValue ? AnswerKind.Faulted : random.Next(500) == 0 ? AnswerKind.Ignored : AnswerKind.Succeeded, sentAt, IsExplained: random.Next(6) == 0);
    }

    private sealed class Reference(int initial, VegasBounds bounds, Seen seen)
    {
        private readonly LatencyWindow _window = new();
        private readonly LoadHistory _history = new();
        private double _limit = initial;
        private double _normal;
        private double? _probedFrom;
        private (double Limit, double Median)? _cutFrom;
        private double? _refused;
        private long _changedAt;
        private bool _isFresh;
        private long _untilProbe = 30L * initial;
        private long _probes;
        private int _waits;
        private int _nextWaits = 4;

        public int Limit => (int)_limit;

        public long HeardAt { get; private set; }

        private double Step => Math.Max(1, Math.Log10(_limit));

        /// <summary>Near what was refused: nine tenths of it.</summary>
        private double Near => _refused!.Value * 0.9;

        public void Sent(int underWay) => _window.Sent(underWay);

        public void Answered(long now, AnswerOutcome outcome, int underWay)
        {
            HeardAt = now;
            if (outcome.SentAt < _changedAt)
            {
                return;
            }

            var latency = Math.Max(1, now - outcome.SentAt);
            var isTimeout = outcome.Kind == AnswerKind.Faulted && _normal > 0 && latency > 2 * _normal;
            seen.Late += isTimeout ? 1 : 0;
            if (isTimeout || (outcome.Kind == AnswerKind.Throttled && !outcome.IsExplained))
            {
                Refuse(now);
                return;
            }

            if (outcome.Kind != AnswerKind.Succeeded)
            {
                return;
            }

            _untilProbe--;
            _window.Add(now, latency, underWay);
            if (_window.IsFull(now, Limit, _normal))
            {
                Decide(now);
                _window.Restart(now);
            }
        }

        private void Refuse(long now)
        {
            seen.Refusals++;
            seen.BrokenProbes += _probedFrom is null ? 0 : 1;
            _limit = _probedFrom ?? _limit;
            (_probedFrom, _cutFrom, _refused) = (null, null, _limit);
            (_waits, _nextWaits) = (_nextWaits, Math.Min(256, 2 * _nextWaits));
            Change(Math.Min(0.9 * _limit, _limit - 1), now);
        }

        private void Decide(long now)
        {
            var median = _window.Median();
            if (_probedFrom is { } whole)
            {
                (_normal, _probedFrom) = (median, null);
                Change(whole, now);
                return;
            }

            _normal = _normal == 0 ? median : median < _normal ? _normal + (0.3 * (median - _normal)) : _normal;
            if (_cutFrom is { } cut && median > cut.Median * (1 + (_limit / cut.Limit)) / 2)
            {
                seen.InVain++;
                _normal = median;
                Change(cut.Limit, now);
                return;
            }

            _cutFrom = null;
            var isUsed = _window.MostInFlight * 2 >= Limit;
            if (isUsed)
            {
                _history.Add(_window.MeanInFlight, _window.Throughput(now), median);
                if (_untilProbe <= 0 && Limit > bounds.Least)
                {
                    Probe(now);
                    return;
                }
            }

            Move(now, median, isUsed);
        }

        private void Probe(long now)
        {
            seen.Probes++;
            _probes++;
            var hash = (uint)((ulong)_probes * 2_654_435_761 % (1UL << 32));
            _untilProbe = (long)((27 + (hash / 256 % 7)) * _limit);
            _probedFrom = _limit;
            Change(_limit / 2, now);
        }

        private void Move(long now, double median, bool isUsed)
        {
            _waits = Math.Max(0, _waits - 1);
            var queue = Math.Max(0, 1 - (_normal / median)) * _limit;
            var tooMany = (queue - (6 * Step)) / 2;
            if (tooMany > 0.2 * _limit)
            {
                if (_isFresh)
                {
                    seen.Cuts++;
                    _cutFrom = (_limit, median);
                    Change(_limit - tooMany, now);
                }
                else
                {
                    seen.Unsteady++;
                    Change(_limit, now);
                }

                return;
            }

            _isFresh = false;
            var isVetoed = isUsed && _history.Vetoes();
            seen.Vetoed += isVetoed ? 1 : 0;
            var by = isVetoed || queue > 6 * Step ? -Step : isUsed && queue <= Step ? 6 * Step : isUsed && queue < 3 * Step ? Step : 0;
            var most = Math.Max(5.0 * _window.RecentMost, bounds.Least);
            _limit = Math.Clamp(Math.Min(most, by > 0 ? Approach(_limit + by) : _limit + by), bounds.Least, bounds.Most);
        }

        /// <summary>As far as it goes towards a higher limit where one was refused.</summary>
        private double Approach(double next)
        {
            if (_refused is not { } refused || next < Near)
            {
                return next;
            }

            if (_waits > 0)
            {
                seen.Held++;
                return Math.Max(_limit, Near);
            }

            if (_limit > refused + Step)
            {
                seen.Beyond++;
                (_refused, _nextWaits) = (null, 4);
                return next;
            }

            seen.Crept++;
            return Math.Min(next, 1 + Math.Max(_limit, Near));
        }

        private void Change(double to, long now)
        {
            _limit = Math.Clamp(to, bounds.Least, bounds.Most);
            (_changedAt, _isFresh) = (now, true);
            _window.Restart(now);
            _history.Clear();
        }
    }
}
