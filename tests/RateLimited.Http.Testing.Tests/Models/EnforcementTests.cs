using RateLimited.Http.Testing.Models;
using static RateLimited.Http.Testing.Tests.Models.Histories;

namespace RateLimited.Http.Testing.Tests.Models;

/// <summary>Figures about clients are worth what the upstreams are: each admits whenever it may and never when it may not, by an oracle of its own.</summary>
public sealed class EnforcementTests
{
    public static TheoryData<int> Seeds => Histories.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Sliding_log_never_admits_more_than_its_quota_in_any_window_and_refuses_only_when_it_must(int seed)
    {
        var model = new SlidingLogModel(Quota, Window);
        List<(TimeSpan At, long Amount)> admitted = [];

        foreach (var (at, amount) in Histories.Random(seed))
        {
            var fits = admitted.Where(one => at - one.At < Window).Sum(one => one.Amount) + amount <= Quota;
            (model.Arrive(At(at), amount) is not null).ShouldBe(fits, $"seed {seed}, at {at}");
            if (fits)
            {
                admitted.Add((at, amount));
            }
        }

        var most = admitted.Max(from => admitted.Where(one => one.At >= from.At && one.At < from.At + Window).Sum(one => one.Amount));
        most.ShouldBeLessThanOrEqualTo(Quota);
        model.Report(At(admitted[^1].At)).Worst.ShouldBe(most);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Fixed_window_admits_its_quota_in_each_window_of_the_clock(int seed)
    {
        var model = new FixedWindowModel(Quota, Window);
        Dictionary<long, long> admitted = [];

        foreach (var (at, amount) in Histories.Random(seed))
        {
            var index = (Start + at).ToUnixTimeMilliseconds() / (long)Window.TotalMilliseconds;
            var before = admitted.GetValueOrDefault(index);
            (model.Arrive(At(at), amount) is not null).ShouldBe(before + amount <= Quota, $"seed {seed}, at {at}");
            admitted[index] = before + amount <= Quota ? before + amount : before;
        }

        model.Report(At(Seconds(1000))).Worst.ShouldBe(admitted.Values.Max());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Windows_of_first_use_begin_with_who_comes_after_the_last_has_ended(int seed)
    {
        var model = new FixedWindowModel(Quota, Window, WindowAlignment.FirstUse);
        var (end, used) = (TimeSpan.MinValue, 0L);

        foreach (var (at, amount) in Histories.Random(seed))
        {
            var (nextEnd, before) = at >= end ? (at + Window, 0L) : (end, used);
            var fits = before + amount <= Quota;
            (model.Arrive(At(at), amount) is not null).ShouldBe(fits, $"seed {seed}, at {at}");
            if (fits)
            {
                (end, used) = (nextEnd, before + amount);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Token_bucket_admits_at_most_its_capacity_and_what_has_been_refilled_in_any_interval(int seed)
    {
        const int Capacity = 5;
        var model = new TokenBucketModel(Quota, Window, Capacity);
        List<(TimeSpan At, long Amount)> admitted = [];

        foreach (var (at, amount) in Histories.Random(seed))
        {
            // Allowed exactly when no interval that ends here would hold more than the bound: an oracle that knows no level.
            var (sum, allowed) = ((decimal)amount, amount <= Capacity);
            for (var i = admitted.Count - 1; i >= 0; i--)
            {
                sum += admitted[i].Amount;
                allowed &= sum <= Capacity + Refilled(at - admitted[i].At);
            }

            (model.Arrive(At(at), amount) is not null).ShouldBe(allowed, $"seed {seed}, at {at}");
            if (allowed)
            {
                admitted.Add((at, amount));
            }
        }

        admitted.Sum(one => one.Amount).ShouldBeGreaterThan(Capacity);

        static decimal Refilled(TimeSpan elapsed) => (decimal)elapsed.Ticks * Quota / Window.Ticks;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Concurrency_holds_at_most_its_slots_and_admits_whenever_one_is_free(int seed)
    {
        const int Slots = 3;
        var random = new Random(seed);
        var model = new ConcurrencyModel(Slots);
        Queue<int> held = [];

        foreach (var (at, _) in Histories.Random(seed))
        {
            if (held.Count > 0 && random.Next(3) == 0)
            {
                model.End(At(at), held.Dequeue());
            }

            var before = held.Count;
            if (model.Arrive(At(at)) is { } charge)
            {
                held.Enqueue(charge);
            }

            held.Count.ShouldBe(Math.Min(Slots, before + 1));
            model.Held.ShouldBe(held.Count);
        }

        model.Report(At(Seconds(86_400))).Worst.ShouldBe(Slots);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Who_comes_back_after_exactly_the_wait_is_admitted_and_one_tick_earlier_is_not(int seed)
    {
        foreach (var model in All())
        {
            var refused = Histories.Random(seed).First(one => one.Amount <= model.Quota && model.Arrive(At(one.At), one.Amount) is null);

            var retryAt = refused.At + model.WaitFor(At(refused.At), refused.Amount);

            model.Fits(At(retryAt - TimeSpan.FromTicks(1)), refused.Amount).ShouldBeFalse($"seed {seed}, {model}");
            model.Arrive(At(retryAt), refused.Amount).ShouldNotBeNull($"seed {seed}, {model}");
            model.WaitFor(At(retryAt), model.Quota + 1).ShouldBe(Window);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_remains_fits_and_one_more_does_not(int seed)
    {
        foreach (var model in (LimitModel[])[.. All(), new ConcurrencyModel(3)])
        {
            foreach (var (at, amount) in Histories.Random(seed))
            {
                model.Arrive(At(at), amount);
                var reading = model.Read(At(at));

                reading.Remaining.ShouldBeInRange(0, model.Quota);
                (reading.Used + reading.Remaining).ShouldBe(model.Quota);
                model.Fits(At(at), reading.Remaining).ShouldBeTrue();
                model.Fits(At(at), reading.Remaining + 1).ShouldBeFalse($"seed {seed}, {model}, at {at}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void When_it_has_reset_more_fits_than_a_tick_before(int seed)
    {
        foreach (var model in All())
        {
            var last = Histories.Random(seed).First(one => model.Arrive(At(one.At), one.Amount) is not null && one.At > Seconds(1));
            var reset = last.At + model.Read(At(last.At)).ResetAfter;

            var before = model.Read(At(reset - TimeSpan.FromTicks(1))).Remaining;
            var after = model.Read(At(reset)).Remaining;

            after.ShouldBeGreaterThan(before, $"seed {seed}, {model}");
            if (model is not SlidingLogModel)
            {
                after.ShouldBe(model.Quota);
            }
        }
    }

    [Fact]
    public void A_quota_or_a_window_of_nothing_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new SlidingLogModel(0, Window));
        Should.Throw<ArgumentOutOfRangeException>(() => new SlidingLogModel(1, TimeSpan.Zero));
        Should.Throw<ArgumentOutOfRangeException>(() => new FixedWindowModel(1, -Window));
        Should.Throw<ArgumentOutOfRangeException>(() => new TokenBucketModel(0, Window, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => new TokenBucketModel(1, Window, 0));
        Should.Throw<ArgumentOutOfRangeException>(() => new TokenBucketModel(1, TimeSpan.Zero));
        Should.Throw<ArgumentOutOfRangeException>(() => new ConcurrencyModel(0));
    }

    private static LimitModel[] All() =>
    [
        new SlidingLogModel(Quota, Window), new FixedWindowModel(Quota, Window), new FixedWindowModel(Quota, Window, WindowAlignment.FirstUse),
        new FixedWindowModel(Quota, Window, WindowAlignment.ClockAfter(Window / 3)), new TokenBucketModel(Quota, Window, 5), new TokenBucketModel(Quota, Window),
    ];
}
