using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Limits.Models;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>
/// The script decides as the in-process arithmetic does: the same grants and the same waits, to the microsecond, over random histories with clocks that jump back. LIMITS_CASES sets how many;
/// .ci/redis-differential.sh runs a hundred thousand of each kind.
/// </summary>
public sealed class DifferentialTests : IClassFixture<RedisServer>, IDisposable
{
    private static readonly Gen<long> Windows = Amounts.Between(1_000, 31L * 24 * 3600 * 1_000_000);
    /// <summary>A history of them is over before what is under way is taken to have died.</summary>
    private static readonly Gen<long> ShortWindows = Amounts.Between(1_000, 24L * 3600 * 1_000_000);

    private static readonly Gen<long> Quotas = Gen.OneOf(Amounts.Between(1, Amounts.LargestQuota), Amounts.Between(1, 40));

    private readonly ConnectionMultiplexer _connection;
    private readonly HistoryScript _script;
    private static int _keys;

    public DifferentialTests(RedisServer server)
    {
        _connection = ConnectionMultiplexer.Connect(server.Options);
        _script = new HistoryScript(_connection.GetDatabase());
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void A_bucket_in_redis_decides_as_one_in_the_process() => Check(
        from quota in Quotas
        from window in Windows
        from burst in Gen.OneOf(Gen.Constant(quota), Amounts.Between(1, 3), Amounts.Between(1, Amounts.LargestQuota))
        from guard in Guards(window)
        where (Int128)burst * window / quota < 1L << 49
        select new Drawn(window, () => [Twin.Bucket(1, quota, window, burst, guard)], $"bucket {quota}/{window} burst {burst} guard {guard}"));

    [Fact]
    public void A_sliding_window_in_redis_decides_as_one_in_the_process() => Check(
        from quota in Quotas
        from window in Windows
        from guard in Guards(window)
        select new Drawn(window, () => [Twin.Sliding(1, quota, window, guard)], $"sliding {quota}/{window} guard {guard}"));

    [Fact]
    public void A_fixed_window_in_redis_decides_as_one_in_the_process() => Check(
        from quota in Quotas
        from window in Windows
        from guard in Guards(window)
        from anchor in Gen.Elements(WindowAnchor.Clock, WindowAnchor.FirstUse, WindowAnchor.Announced)
        let inEights = ((window / 8) + 1) * 8
        select new Drawn(inEights, () => [Twin.FixedInTicks(1, quota, inEights, guard, anchor, zone: null)], $"fixed {quota}/{inEights} {anchor} guard {guard}"));

    [Fact]
    public void A_zones_midnight_in_redis_is_the_one_in_the_process() => Check(
        from quota in Quotas
        from days in Gen.Choose(1, 31)
        from name in Gen.Elements(Zones.Names)
        from guard in Guards(3600L * 1_000_000)
        let window = days * 24L * 3600 * 1_000_000
        select new Drawn(window, () => [Twin.FixedInTicks(1, quota, window, guard, WindowAnchor.Clock, Zones.Find(name))], $"{days} days of {name}, {quota}, guard {guard}"),
        share: 4);

    [Fact]
    public void Leases_in_redis_are_as_many_as_in_the_process() => Check(
        from quota in Quotas
        select new Drawn(1_000_000, () => [Twin.Leases(1, quota)], $"{quota} concurrent", IsReleased: true));

    [Fact]
    public void What_the_upstream_told_one_process_counts_in_redis_as_in_the_process() => Check(
        from quota in Quotas
        from window in ShortWindows
        from parts in Gen.OneOf(Gen.Constant(1L), Amounts.Between(2, 50))
        from patience in Gen.OneOf(Gen.Constant(0L), Amounts.Between(1, window))
        select new Drawn(window, () => [Twin.Fleet(1, quota, (int)parts, patience)], $"{quota} as told, windows of {window}, in {parts} parts, patience {patience}", IsReleased: true));

    [Fact]
    public void What_the_upstream_told_one_process_flows_back_in_redis_as_in_the_process() => Check(
        from quota in Quotas
        from window in ShortWindows
        from longest in Gen.OneOf(Gen.Constant(LimitRule.Never), Amounts.Between(1, window))
        from patience in Gen.OneOf(Gen.Constant(0L), Amounts.Between(1, window))
        where FleetBucket.IsExact(quota, window * TimeSpan.TicksPerMicrosecond)
        select new Drawn(window, () => [Twin.FleetBucket(1, quota, window, longest, patience)], $"{quota} as told, flowing back in {window}, {longest} at most, patience {patience}", IsReleased: true),
        share: 4);

    [Fact]
    public void Limits_decide_together_in_redis_as_in_the_process() => Check(
        from quota in Amounts.Between(1, 1_000)
        from window in Windows
        from guard in Guards(window)
        select new Drawn(window, () => [Twin.Bucket(1, quota, window, quota, guard), Twin.Sliding(2, quota, window, guard), Twin.Fixed(3, quota, window, guard, WindowAnchor.FirstUse)], $"three of {quota}/{window} guard {guard}"));

    [Fact]
    [Fault("R18")]
    public void R18_a_server_clock_that_jumps_back_ages_nothing_and_delays_nobody_beyond_what_was_said() => Check(
        from quota in Amounts.Between(1, 100)
        from window in Windows
        select new Drawn(window, () => [Twin.Bucket(1, quota, window, quota, 0), Twin.Sliding(2, quota, window, 0)], $"a jumping clock, {quota}/{window}", JumpsOften: true),
        share: 2);

    private static Gen<long> Guards(long window) => Gen.OneOf(Gen.Constant(0L), Amounts.Between(0, window / 2));

    private void Check(Gen<Drawn> limits, int share = 1) => Holds.For(
        Arb.From(
            from drawn in limits
            from history in History.Any.Generator
            select (drawn, history),
            static failing => History.Any.Shrinker(failing.history).Select(smaller => (failing.drawn, smaller))),
        each =>
        {
            var (steps, expected) = each.history.CarryOut(each.drawn.Make(), each.drawn.Window, each.drawn.IsReleased, each.drawn.JumpsOften ? 3 : 41);
            var answers = _script.Play(steps, $"h{Interlocked.Increment(ref _keys)}");
            answers.ShouldBe(expected);
        },
        share);

    private sealed record Drawn(long Window, Func<Twin[]> Make, string Text, bool IsReleased = false, bool JumpsOften = false)
    {
        public override string ToString() => Text;
    }
}
