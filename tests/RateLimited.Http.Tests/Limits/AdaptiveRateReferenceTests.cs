using System.Numerics;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>While the rate stands, the learner of rates is a token bucket of one second's worth: beside one in whole numbers without end.</summary>
public sealed class AdaptiveRateReferenceTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    /// <summary>Into how many parts it divides a tick.</summary>
    private const int Parts = 256;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_admits_what_the_bucket_has(int seed)
    {
        var random = new Random(seed);
        var (quota, window) = (random.NextInt64(1, seed % 2 == 0 ? 20 : 5_000), Second * random.Next(1, 60) / random.Next(1, 4));
        var rule = new AdaptiveRate(quota, window, quota);
        var (state, now, full) = (default(LimitState), random.NextInt64(0, 100 * Second), BigInteger.Zero);
        var interval = (BigInteger)Math.Ceiling((double)Second * Parts / ((double)quota * Second / window));
        var receipts = new List<(BigInteger Receipt, long Cost)>();
        var waited = 0;
        for (var step = 0; step < 2_000; step++)
        {
            var guard = random.Next(3) == 0 ? random.NextInt64(2 * Second) : 0;
            var at = new Moment(now, Guard: guard);
            var cost = random.Next(4) == 0 ? random.NextInt64(1, (2 * quota) + 2) : 1;
            var said = $"seed {seed}, step {step}";
            if (state.Extra is not null)
            {
                var earliest = rule.Earliest(ref state, at, cost);
                MayGo(earliest, cost, guard).ShouldBeTrue(said);
                earliest.ShouldBeGreaterThanOrEqualTo(now, said);
                if (earliest > now)
                {
                    MayGo(earliest - 1, cost, guard).ShouldBeFalse(said);
                    waited++;
                }

                ((BigInteger)rule.Used(ref state, at)).ShouldBe(Up(BigInteger.Max(full - Scaled(now), 0), interval), said);
                var amount = Depth() + interval > long.MaxValue ? 1 : (long)(Depth() / interval) + random.NextInt64(1, 100);
                var projected = rule.Project(ref state, at, amount);
                Holds(projected, amount, guard).ShouldBeTrue(said);
                (projected == now || !Holds(projected - 1, amount, guard)).ShouldBeTrue(said);
            }

            switch (random.Next(5))
            {
                case 0 when receipts.Count > 0:
                    var index = random.Next(receipts.Count);
                    var (receipt, charged) = receipts[index];
                    receipts.RemoveAt(index);
                    var back = random.NextInt64(1, charged + 1);
                    rule.GiveBack(ref state, at, (long)receipt, back);
                    var due = BigInteger.Min(receipt, full) - Scaled(now);
                    full -= due > 0 ? BigInteger.Min(back * interval, due) : 0;
                    break;
                case 1 or 2:
                    full = BigInteger.Max(full, Scaled(now)) + (cost * interval);
                    ((BigInteger)rule.Charge(ref state, at, cost)).ShouldBe(full, said);
                    receipts.Add((full, cost));
                    break;
                default:
                    now += random.NextInt64(random.Next(3) == 0 ? 3 * Second : Second / 20);
                    break;
            }
        }

        waited.ShouldBeGreaterThan(0, $"seed {seed}");

        BigInteger Scaled(long instant) => (BigInteger)instant * Parts;

        BigInteger Depth() => BigInteger.Max((BigInteger)Second * Parts, interval);

        // What is dearer than the bucket goes when that is full.
        bool MayGo(long instant, long cost, long guard) => Fits(instant, BigInteger.Min(cost * interval, Depth()), guard, from: instant);

        // More than the bucket holds has gone when all of it could have gone one by one.
        bool Holds(long instant, long amount, long guard) => amount * interval <= Depth() ? MayGo(instant, amount, guard) : Fits(instant, amount * interval, guard, from: now);

        bool Fits(long instant, BigInteger time, long guard, long from)
        {
            // The guard makes the bucket shallower, but leaves room for what is asked for.
            var depth = BigInteger.Max(Depth() - Scaled(guard), BigInteger.Min(time, Depth()));
            return BigInteger.Max(full, Scaled(from)) + time - depth <= Scaled(instant);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_change_of_rate_changes_neither_what_was_taken_nor_says_more_than_it_gives(int seed)
    {
        var random = new Random(seed);
        var rule = new AdaptiveRate(10_000, Second, 200);
        var (state, now) = (default(LimitState), 0L);
        for (var step = 0; step < 2_000; step++)
        {
            now += random.NextInt64(Second / 20);
            var at = new Moment(now);
            if (random.Next(3) > 0)
            {
                rule.Charge(ref state, at, random.Next(1, 20));
                continue;
            }

            var used = rule.Used(ref state, at);
            var earliest = rule.Earliest(ref state, at, 1);
            var rose = rule.Learn(ref state, at, new AnswerOutcome(random.Next(20) == 0 ? AnswerKind.Throttled : AnswerKind.Succeeded, now - random.NextInt64(Math.Min(now, Second / 10) + 1)));

            rule.Used(ref state, at).ShouldBeInRange(used - 1, used + 1, $"seed {seed}, step {step}");
            if (rose)
            {
                rule.Earliest(ref state, at, 1).ShouldBeLessThanOrEqualTo(earliest, $"seed {seed}, step {step}");
            }
        }
    }

    private static BigInteger Up(BigInteger amount, BigInteger by) => (amount + by - 1) / by;
}
