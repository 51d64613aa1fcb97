using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.History.Recording;

namespace RateLimited.Http.History.Tests.Recording;

public sealed class MinuteUsageTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    private readonly MinuteUsage _usage = new("shop");

    [Fact]
    public void A_minute_has_what_came_within_it_and_its_highest_use()
    {
        _usage.Observe(Start, Status(2), new CheckCounts(1, 0, 0, 0, 0, 0)).ShouldBeNull();
        _usage.Observe(Start.AddSeconds(20), Status(9), new CheckCounts(8, 1, 2, 0, 0, 0)).ShouldBeNull();
        _usage.Observe(Start.AddSeconds(40), Status(4), new CheckCounts(8, 1, 2, 3, 4, 5)).ShouldBeNull();
        var record = _usage.Observe(Start.AddSeconds(60), Status(6), new CheckCounts(9, 1, 2, 3, 4, 5)).ShouldNotBeNull();

        record.At.ShouldBe(Start);
        (record.Admitted, record.Waited, record.Refused, record.DryRun, record.Bypassed, record.Unexpected429).ShouldBe((9, 1, 2, 3, 4, 5));
        var limit = record.Limits.Single();
        (limit.Peak, limit.Quota, limit.Used, limit.Taken).ShouldBe((9, 10, 6, 9));
        record.Keys.ShouldBe([new KeyUsage("first", KeyState.Active, 6)]);
    }

    [Fact]
    public void The_last_sample_of_a_minute_is_the_first_of_the_next()
    {
        _usage.Observe(Start, Status(0), default);
        _usage.Observe(Start.AddSeconds(60), Status(7), new CheckCounts(7, 0, 0, 0, 0, 0));
        var next = _usage.Observe(Start.AddSeconds(120), Status(3), new CheckCounts(7, 0, 0, 0, 0, 0)).ShouldNotBeNull();

        next.Admitted.ShouldBe(0);
        next.Limits.Single().Peak.ShouldBe(7);
    }

    [Fact]
    public void Whenever_samples_come_and_wherever_the_clock_is_set_every_request_is_in_one_record() => Prop.ForAll(
        Gen.ListOf(Gen.Choose(-200, 200).Zip(Gen.Choose(0, 5))).ToArbitrary(),
        static steps =>
        {
            var usage = new MinuteUsage("shop");
            var (now, total, recorded) = (Start, 0L, 0L);
            foreach (var (seconds, requests) in steps)
            {
                now = now.AddSeconds(seconds);
                total += requests;
                recorded += usage.Observe(now, Status(total), new CheckCounts(total, 0, 0, 0, 0, 0))?.Admitted ?? 0;
            }

            recorded += usage.End()?.Admitted ?? 0;
            return recorded == total && usage.End() is null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_limit_that_is_gone_is_in_no_record_of_a_later_minute()
    {
        _usage.Observe(Start, Status(1, "old"), default);
        _usage.Observe(Start.AddSeconds(30), Status(1, "new"), default);
        _usage.Observe(Start.AddSeconds(60), Status(1, "new"), default)!.Limits.Select(static limit => limit.Name).ShouldBe(["old", "new"], ignoreOrder: true);
        _usage.Observe(Start.AddSeconds(120), Status(1, "new"), default)!.Limits.Select(static limit => limit.Name).ShouldBe(["new"]);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1.5, 3.5)]
    [InlineData(4.999, 0.001)]
    [InlineData(57, 3)]
    public void Samples_are_taken_at_whole_fives_of_seconds(double now, double wait) => UsageSampler.UntilNext(Start.AddSeconds(now)).TotalSeconds.ShouldBe(wait, tolerance: 1e-6);

    private static ServiceStatus Status(long used, string name = "10/minute") => new()
    {
        Service = "shop",
        Mode = RateLimitMode.Enforce,
        Limits = [new LimitStatus { Name = name, Unit = "requests", Partition = "service", Quota = 10, Used = used, Remaining = Math.Max(10 - used, 0), ResetAfter = TimeSpan.FromSeconds(30), Partitions = 1 }],
        Keys = [new KeyStatus { Name = "first", State = KeyState.Active, OpensIn = TimeSpan.Zero, Headroom = 1, InFlight = 0, Requests = used, Moved = 0 }],
        Line = [],
        Wait = TimeSpan.Zero,
        InFlight = 0,
        ArrivalGuard = TimeSpan.Zero,
        Pause = TimeSpan.Zero,
    };
}
