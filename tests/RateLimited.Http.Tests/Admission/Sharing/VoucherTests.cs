using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Tests.Admission.Sharing;

/// <summary>What is charged ahead inside one process: nothing of it is lost, spent twice or after its time, and nobody waits for it or goes before others because of it.</summary>
public sealed class VoucherTests
{
    private enum Step
    {
        Ask,
        AskOften,
        AskOther,
        End,
        EndAll,
        Settle,
        GiveBack,
        Advance,
        AdvanceFar,
        Pause,
        Reload,
        Look,
        Plenty,
        Scarce,
        Empty,
        Down,
    }

    [Fact]
    public void Whatever_happens_the_store_is_told_of_what_went_and_of_nothing_else()
    {
        var (seldom, often) = (1, 4);
        var kinds = Gen.Frequency(
            Enum.GetValues<Step>().Select(step => (step is Step.Ask or Step.AskOften or Step.AskOther or Step.Advance or Step.Plenty ? often : seldom, Gen.Constant(step))).ToArray());
        var steps = from kind in kinds from size in Gen.Choose(1, 300) select (kind, size);

        Holds.For(steps.ListOf().Resize(60), share: 10, property: static history =>
        {
            using var bed = new VoucherBed();
            foreach (var (kind, size) in history)
            {
                Do(bed, kind, size);
            }

            bed.Close();
        });
    }

    [Fact]
    public void Who_asks_for_what_others_asked_for_before_finds_it_paid()
    {
        using var bed = Busy();

        bed.Vouchers.TryTake(VoucherBed.Usual.Costs, new MonotonicClock(bed.Time), out _).ShouldNotBeNull();
    }

    [Fact]
    public void Who_asks_for_something_else_does_not_find_it_paid()
    {
        using var bed = Busy();

        bed.Vouchers.TryTake(VoucherBed.Other.Costs, new MonotonicClock(bed.Time), out _).ShouldBeNull();
        bed.Vouchers.TryTake(costs: null, new MonotonicClock(bed.Time), out _).ShouldBeNull();
    }

    [Fact]
    public void A_list_of_costs_that_its_caller_changes_is_charged_as_it_is()
    {
        using var bed = Busy();
        var costs = new List<UnitCost> { new("tokens", 10) };
        bed.Ask(new AdmissionRequest { Costs = costs });
        costs[0] = new UnitCost("tokens", 11);

        bed.Ask(new AdmissionRequest { Costs = costs });

        bed.Held[^2].Charges[1].Cost.ShouldBe(10);
        bed.Held[^1].Charges[1].Cost.ShouldBe(11);
    }

    [Fact]
    public void Nothing_is_found_after_the_time_that_it_was_granted_for()
    {
        using var bed = Busy();
        var clock = new MonotonicClock(bed.Time);
        var until = bed.Held[^1].Charges.ToArray().Min(charge => bed.Store.UntilOf(charge.Receipt));
        bed.Store.Mood = StoreMood.Empty;

        // Nobody else looks: what sets the clock forward here are not the timers.
        var late = new MonotonicClock(bed.Time, age: until - clock.Now);
        bed.Vouchers.TryTake(VoucherBed.Usual.Costs, new MonotonicClock(bed.Time, age: until - clock.Now - 1), out _).ShouldNotBeNull();
        bed.Vouchers.TryTake(VoucherBed.Usual.Costs, late, out _).ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_the_upstream_wants_no_request_or_limits_change_nothing_is_found_any_more(bool isPause)
    {
        using var bed = Busy();
        var before = bed.Vouchers;

        if (isPause)
        {
            bed.Pause(TimeSpan.FromSeconds(1));
        }
        else
        {
            bed.Reload();
        }

        before.TryTake(VoucherBed.Usual.Costs, new MonotonicClock(bed.Time), out _).ShouldBeNull();
    }

    [Fact]
    public void Who_settles_each_time_takes_nothing_ahead()
    {
        using var bed = Busy();
        for (var i = 0; i < 100; i++)
        {
            bed.Ask(VoucherBed.Usual);
            bed.End(tokens: 9);
            bed.Vouchers.TryTake(VoucherBed.Usual.Costs, new MonotonicClock(bed.Time), out _).ShouldBeNull();
        }
    }

    [Fact]
    public void Statistics_count_those_who_went_and_not_what_is_paid_ahead()
    {
        using var bed = Busy();

        bed.Limiter.GetStatistics(default).TotalSuccessfulLeases.ShouldBe(bed.Held.Count);
    }

    [Fact]
    public async Task Threads_at_once_spend_each_voucher_once()
    {
        const int Threads = 4;
        const int Each = 4000;
        var (time, store) = (new ManualTimeProvider(), new GrantingStore());
        using var telemetry = new RateLimitingTelemetry();
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("often", UnitCost.Requests, new TokenBucket(1_000_000_000, TimeSpan.TicksPerHour, 1_000_000_000))], ArrivalGuard = TimeSpan.Zero };
        using var limiter = new ServiceLimiter(definition, new InProcessStore(time, []), telemetry.For("s"), shared: store);
        var balance = (RateLimited.Http.Admission.Sharing.SharedBalance)limiter.Bound.DefaultPlan.Limits[0].Only!.State.Extra!;
        var givenBack = 0;

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                var lease = await ((IServiceRateLimiter)limiter).AcquireAsync();
                if (i % 1000 == 999)
                {
                    lease.GiveBack();
                    Interlocked.Increment(ref givenBack);
                    limiter.GetStatus();
                }

                lease.Dispose();
            }
        })));

        limiter.InFlight.ShouldBe(0);
        limiter.GetStatistics(default).TotalSuccessfulLeases.ShouldBe(Threads * Each);
        await Eventually.TrueAsync(() =>
        {
            // What is left of it ends, and is given back by whoever the timer wakes.
            time.Advance(TimeSpan.FromSeconds(2));
            return store.TakenOf(balance) == (Threads * Each) - givenBack;
        });
    }

    /// <summary>One whose requests have asked for the same for a while.</summary>
    private static VoucherBed Busy()
    {
        var bed = new VoucherBed();
        for (var i = 0; i < 10; i++)
        {
            bed.Ask(100, VoucherBed.Usual);
            bed.Advance(TimeSpan.FromMilliseconds(1));
        }

        bed.Ask(1000, VoucherBed.Usual);
        bed.Waiting.ShouldBe(0);
        return bed;
    }

    private static void Do(VoucherBed bed, Step step, int size)
    {
        switch (step)
        {
            case Step.Ask:
                bed.Ask(size % 8, VoucherBed.Usual);
                break;
            case Step.AskOften:
                bed.Ask(size, VoucherBed.Usual);
                break;
            case Step.AskOther:
                bed.Ask(size % 30, VoucherBed.Other);
                break;
            case Step.End:
                bed.End();
                break;
            case Step.EndAll:
                while (bed.Held.Count > 0)
                {
                    bed.End();
                }

                break;
            case Step.Settle:
                bed.End(tokens: size / 10);
                break;
            case Step.GiveBack:
                bed.GiveBack();
                break;
            case Step.Advance:
                bed.Advance(TimeSpan.FromMilliseconds(size / 20));
                break;
            case Step.AdvanceFar:
                bed.Advance(TimeSpan.FromMilliseconds(size * 10));
                break;
            case Step.Pause:
                bed.Pause(TimeSpan.FromMilliseconds(size));
                break;
            case Step.Reload:
                bed.Reload();
                break;
            case Step.Look:
                bed.Limiter.GetStatus();
                break;
            default:
                bed.Store.Mood = step switch { Step.Scarce => StoreMood.Scarce, Step.Empty => StoreMood.Empty, Step.Down => StoreMood.Down, _ => StoreMood.Plenty };
                break;
        }
    }
}
