using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The distance that requests keep while their upstream warns.</summary>
public sealed class SlowdownTests
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Hour = TimeSpan.TicksPerHour;
    private const int Near = 1_250;

    private Slowdown _slowdown;

    [Fact]
    public void Before_a_warning_nobody_keeps_a_distance()
    {
        _slowdown.Ease(Second, 0);
        (_slowdown.IsOn, _slowdown.After(Second)).ShouldBe((false, 0));
    }

    [Theory]
    [InlineData(10, Near, 12_500)]
    [InlineData(10, Slowdown.Steady, 10_000)]
    [InlineData(10, 1, 10_000)]
    [InlineData(10, Slowdown.Strongest, 20_000)]
    [InlineData(10, int.MaxValue, 20_000)]
    [InlineData(0, Near, 125_000)]
    [InlineData(1_000_000, Near, 1_250)]
    public void It_begins_with_how_fast_they_went(long underWay, int strain, long microseconds)
    {
        // So many under way for a tenth of a second each is so many a tenth of a second.
        Warn(Second, Second - (100 * Millisecond), underWay, strain);
        _slowdown.After(2 * Second).ShouldBe((2 * Second) + (microseconds * 10));
    }

    [Fact]
    public void What_went_before_the_last_change_says_nothing_of_it_nor_what_is_answered_within_a_second()
    {
        Warn(10 * Second, 9 * Second, 100, Near);
        var distance = Distance(10 * Second);

        Warn((11 * Second) - 1, 10 * Second, 100, Near);
        Warn(12 * Second, (10 * Second) - 1, 100, Near);
        _slowdown.Ease(12 * Second, (10 * Second) - 1);
        Distance(12 * Second).ShouldBe(distance);

        Warn(12 * Second, 10 * Second, 100, Near);
        Distance(12 * Second).ShouldBe(distance * 5 / 4);
    }

    [Fact]
    public void It_ends_when_twice_as_many_go_as_at_its_beginning_and_nobody_warns()
    {
        Warn(Second, Second - (100 * Millisecond), 10, Near);
        var now = 4 * Second;
        _slowdown.Ease(now - 1, now - Millisecond);
        for (var eased = 0; eased < 5; eased++, now += Second)
        {
            _slowdown.IsOn.ShouldBeTrue($"after {eased}");
            _slowdown.Ease(now, now - Millisecond);
        }

        _slowdown.IsOn.ShouldBeFalse();
    }

    [Fact]
    public void Half_a_minute_without_another_warning_ends_it()
    {
        Warn(Second, 0, 1, Near);
        _slowdown.After(Second + Slowdown.Memory - 1).ShouldBeGreaterThan(0);
        _slowdown.After(Second + Slowdown.Memory).ShouldBe(0);
        _slowdown.IsOn.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_warns_for_longer_than_anything_is_believed_is_believed_again_after_another_word(bool isRefusal)
    {
        var now = Second;
        for (; now <= Second + Hour; now += Second)
        {
            Warn(now, now - Millisecond, 1, Near);
        }

        _slowdown.IsOn.ShouldBeFalse();
        Warn(now, now, 1, Near);
        _slowdown.IsOn.ShouldBeFalse("a lie for an hour");

        if (isRefusal)
        {
            _slowdown.Believe();
        }
        else
        {
            _slowdown.Ease(now, now);
        }

        Warn(now, now, 1, Near);
        _slowdown.IsOn.ShouldBeTrue();
    }

    [Fact]
    public void Whatever_is_said_nobody_waits_for_a_second_longer_than_whoever_went_before() => Holds.For(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
    {
        var random = new Random(seed);
        var (slowdown, now, warnedAt) = (default(Slowdown), random.NextInt64(Hour), -Slowdown.Memory);
        for (var step = 0; step < 200; step++)
        {
            now += random.NextInt64(random.Next(10) == 0 ? Slowdown.Memory : Second);
            switch (random.Next(4))
            {
                case 0:
                    slowdown.Ease(now, now - random.NextInt64(Second));
                    break;
                case 1:
                    slowdown.Believe();
                    break;
                default:
                    slowdown.Warn(now, now - random.NextInt64(10 * Second), random.NextInt64(1_000), random.Next(), random.NextInt64(Hour));
                    warnedAt = now;
                    break;
            }

            var next = slowdown.After(now);
            next.ShouldBeInRange(0, now + Slowdown.Longest, $"seed {seed}");
            (next == 0 || (next > now && now - warnedAt < Slowdown.Memory)).ShouldBeTrue($"seed {seed}");
        }
    });

    [Theory]
    [InlineData(40)]
    [InlineData(200)]
    public void Where_the_upstream_warns_at_eight_tenths_hardly_anybody_is_refused_and_little_is_lost(int quota)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var (ok, refused) = WarningUpstream.Ask(quota, heeds: true, seed);
            var (_, refusedOtherwise) = WarningUpstream.Ask(quota, heeds: false, seed);
            var used = (double)ok / (quota * WarningUpstream.Seconds);
            refused.ShouldBeLessThan(refusedOtherwise / 4, $"quota {quota}, seed {seed}, used {used:P0}");
            used.ShouldBeGreaterThan(0.6, $"quota {quota}, seed {seed}, refused {refused}");
        }
    }

    private long Distance(long now) => _slowdown.After(now) - now;

    private void Warn(long now, long sentAt, long underWay, int strain) => _slowdown.Warn(now, sentAt, underWay, strain, Hour);

    /// <summary>An upstream with a limit in each second that it never tells, and a client that always wants more.</summary>
    private static class WarningUpstream
    {
        public const int Seconds = 120;

        private const int Parallel = 50;

        public static (int Ok, int Refused) Ask(int quota, bool heeds, int seed)
        {
            var random = new Random(seed);
            var pause = default(Http.Limits.Pause);
            var went = new Queue<long>();
            var answers = new PriorityQueue<(long SentAt, bool IsOk, bool Warns), long>();
            var (ok, refused, now, slowedUntil) = (0, 0, 1L, 0L);
            while (now < Seconds * Second)
            {
                if (pause.Until <= now && answers.Count < Parallel)
                {
                    pause.WentAt(now);
                    while (went.TryPeek(out var oldest) && oldest <= now - Second)
                    {
                        went.Dequeue();
                    }

                    var isOk = went.Count < quota;
                    if (isOk)
                    {
                        went.Enqueue(now);
                    }

                    answers.Enqueue((now, isOk, went.Count * 10 >= quota * 8), now + (random.Next(20, 80) * Millisecond));
                    continue;
                }

                var hasAnswer = answers.TryPeek(out _, out var answeredAt);
                if (!hasAnswer || (pause.Until > now && pause.Until < answeredAt && answers.Count < Parallel))
                {
                    now = pause.Until;
                    continue;
                }

                now = Math.Max(now, answeredAt);
                var (sentAt, wasOk, warns) = answers.Dequeue();
                (ok, refused) = wasOk ? (ok + 1, refused) : (ok, refused + 1);
                if (!wasOk)
                {
                    pause.ExtendBlindly(now, sentAt, Hour, Http.Limits.Pause.ShortestBlind);
                }

                if (heeds && (warns || (!wasOk && now < slowedUntil)))
                {
                    pause.Slow(now, sentAt, answers.Count + 1, wasOk ? Near : Slowdown.Strongest, Hour);
                    slowedUntil = now + Slowdown.Memory;
                }
                else if (wasOk)
                {
                    pause.Ease(now, sentAt);
                }
            }

            return (ok, refused);
        }
    }
}
