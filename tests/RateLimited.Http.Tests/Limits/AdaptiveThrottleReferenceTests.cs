using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The throttle beside one that keeps every event in a list and counts them anew each time.</summary>
public sealed class AdaptiveThrottleReferenceTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_does_what_a_list_of_all_that_happened_says(int seed)
    {
        var random = new Random(seed);
        var (rule, state, now) = (new AdaptiveThrottle(), default(LimitState), random.NextInt64(200 * Second, 1000 * Second));
        var reference = new Reference();
        if (seed % 3 == 0)
        {
            var before = random.Next(200);
            AdaptiveThrottle.Begin(ref state, new Moment(now), before);
            reference.Begin(now, before);
        }

        var (closed, probes) = (0, 0);
        var underWay = new List<long>();
        for (var step = 0; step < 3_000; step++)
        {
            var at = new Moment(now);
            var said = $"seed {seed}, step {step}";
            rule.Earliest(ref state, at, 1).ShouldBe(reference.Earliest(now), said);
            rule.Project(ref state, at, 1 + (step % 7)).ShouldBe(reference.Project(now, 1 + (step % 7)), said);
            var isOpen = reference.Earliest(now) == now;
            closed += isOpen ? 0 : 1;

            // In some stretches the upstream is well, in others it is not.
            var fails = step / 250 % 2 == 0 ? 8 : 1;
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    if (isOpen || random.Next(20) == 0)
                    {
                        rule.Charge(ref state, at, random.Next(1, 50));
                        probes += reference.Charge(now) ? 1 : 0;
                        underWay.Add(now);
                    }

                    break;
                case 3 or 4 or 5 or 6:
                    var sentAt = underWay.Count > 0 && random.Next(10) > 0 ? underWay[random.Next(underWay.Count)] : now - random.NextInt64(Math.Min(now, 200 * Second) + 1);
                    underWay.Remove(sentAt);
                    var kind = random.Next(10) < fails ? AnswerKind.Faulted : random.Next(10) switch { 0 => AnswerKind.Throttled, 1 => AnswerKind.Ignored, _ => AnswerKind.Succeeded };
                    var outcome = new AnswerOutcome(kind, sentAt) { IsUncharged = random.Next(10) == 0 };
                    rule.Learn(ref state, at, outcome).ShouldBe(reference.Learn(now, outcome), said);
                    break;
                default:
                    AdaptiveThrottle.NoteUnheard(ref state, at);
                    reference.NoteUnheard(now);
                    break;
            }

            rule.Used(ref state, at).ShouldBe(reference.Count(now).Sent, said);
            rule.Present(ref state, at).ShouldBe((2 * reference.Count(now).Accepted) + 10, said);
            AdaptiveThrottle.HasFaults(ref state, at).ShouldBe(reference.Count(now).Faulted > 0, said);
            rule.FreshAt(state, at).ShouldBe(reference.Count(now) == default ? 0 : ((now / FaultWindow.SlotTicks) + 24) * FaultWindow.SlotTicks, said);

            now = random.Next(6) switch
            {
                0 => reference.Earliest(now),
                1 => now + random.NextInt64(Second),
                2 => now + random.NextInt64(4 * Second),
                3 when random.Next(40) == 0 => now + random.NextInt64(150 * Second),
                _ => now,
            };
        }

        (closed > 0 && probes > 0).ShouldBeTrue($"seed {seed}: {closed} times closed, {probes} probes");
    }

    /// <summary>The same rule in the plainest words.</summary>
    private sealed class Reference
    {
        private static readonly long Slot = FaultWindow.SlotTicks;

        private readonly List<(long Slot, FaultCounts Counts)> _log = [];
        private bool _exists;
        private bool _isThrottling;
        private long _probedAt = -Second;
        private long _lastFault = -1;
        private long _run;

        public FaultCounts Count(long at) => _log.Where(each => each.Slot > (at / Slot) - 24).Aggregate(default(FaultCounts), static (sum, each) => sum + each.Counts);

        public void Begin(long now, long accepted)
        {
            _exists = true;
            for (var i = 0; i < 24; i++)
            {
                // Whichever of the last slots a share falls into: by the remainder of its number.
                var slot = Enumerable.Range(0, 24).Select(back => (now / Slot) - back).Single(each => each % 24 == i);
                var share = (accepted / 24) + (i < accepted % 24 ? 1 : 0);
                _log.Add((slot, new FaultCounts(share, share, 0)));
            }
        }

        public long Earliest(long now)
        {
            if (!_exists || !IsClosed(now))
            {
                return now;
            }

            var (probe, turn) = (Math.Max(now, _probedAt + Second), ((now / Slot) + 1) * Slot);
            var then = Count(turn);
            return turn < probe && !(Throttles(then) && then.Sent >= (2 * then.Accepted) + 10) ? turn : probe;
        }

        public long Project(long now, long amount) => Earliest(now) == now ? now : Earliest(now) + ((amount - 1) * Second);

        /// <summary>Returns whether it was a probe.</summary>
        public bool Charge(long now)
        {
            _exists = true;
            if (IsClosed(now) && now >= _probedAt + Second)
            {
                _probedAt = now;
                return true;
            }

            Add(now, new FaultCounts(1, 0, 0));
            return false;
        }

        public void NoteUnheard(long now)
        {
            if (_exists && IsClosed(now))
            {
                _probedAt = now;
            }
        }

        public bool Learn(long now, AnswerOutcome outcome)
        {
            _exists = true;
            var isNews = outcome.Kind is AnswerKind.Succeeded or AnswerKind.Faulted;
            if (isNews && outcome.IsUncharged)
            {
                Add(now, new FaultCounts(1, 0, 0));
            }

            if (!isNews && !outcome.IsUncharged && outcome.SentAt != _probedAt)
            {
                var slot = Math.Min(outcome.SentAt, now) / Slot;
                if (slot > (now / Slot) - 24 && _log.Where(each => each.Slot == slot).Sum(static each => each.Counts.Sent) > 0)
                {
                    _log.Add((slot, new FaultCounts(-1, 0, 0)));
                }
            }

            var wasClosed = IsClosed(now);
            if (outcome.Kind == AnswerKind.Faulted)
            {
                Add(now, new FaultCounts(0, 0, 1));
                (_lastFault, _run) = (now, 0);
            }
            else if (outcome.Kind == AnswerKind.Succeeded)
            {
                Add(now, new FaultCounts(0, 1, 0));
                if (wasClosed)
                {
                    _run += outcome.SentAt > _lastFault ? 1 : 0;
                    if (_run >= 10)
                    {
                        _log.Clear();
                        _run = 0;
                        Add(now, new FaultCounts(10, 10, 10));
                    }
                }
            }

            return wasClosed && !IsClosed(now);
        }

        private bool IsClosed(long now)
        {
            var counts = Count(now);
            _isThrottling = Throttles(counts);
            return _isThrottling && counts.Sent >= (2 * counts.Accepted) + 10;
        }

        /// <summary>A third of what was answered to begin with, a tenth to go on.</summary>
        private bool Throttles(FaultCounts counts) => counts.Faulted >= 10 && (_isThrottling ? 10 : 2) * counts.Faulted >= counts.Accepted;

        private void Add(long now, FaultCounts counts) => _log.Add((now / Slot, counts));
    }
}
