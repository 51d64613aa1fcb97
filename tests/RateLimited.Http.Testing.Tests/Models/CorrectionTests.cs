using RateLimited.Http.Testing.Models;
using static RateLimited.Http.Testing.Tests.Models.Histories;

namespace RateLimited.Http.Testing.Tests.Models;

/// <summary>Upstreams that count an estimate at first, and those that count what they refuse.</summary>
public sealed class CorrectionTests
{
    public static TheoryData<int> Seeds => Histories.Seeds;

    [Fact]
    public void An_estimate_that_was_too_high_gives_back_what_was_not_used()
    {
        foreach (var model in All(100))
        {
            var charge = model.Arrive(At(Seconds(0)), 80)!.Value;
            model.Fits(At(Seconds(0)), 21).ShouldBeFalse();

            model.Settle(At(Seconds(0)), charge, actual: 30);

            model.Read(At(Seconds(0))).Remaining.ShouldBe(70, model.ToString());
            model.Report(At(Seconds(0))).Worst.ShouldBe(30);
            model.Report(At(Seconds(0))).Ok.ShouldBe(30);
        }
    }

    [Fact]
    public void An_estimate_that_was_too_low_is_owed()
    {
        foreach (var model in All(100))
        {
            var charge = model.Arrive(At(Seconds(0)), 80)!.Value;

            model.Settle(At(Seconds(0)), charge, actual: 130);

            model.Read(At(Seconds(0))).Remaining.ShouldBe(-30, model.ToString());
            model.Fits(At(Seconds(0)), 1).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_bucket_gets_nothing_back_beyond_full()
    {
        var model = new TokenBucketModel(100, Seconds(1));
        var charge = model.Arrive(At(Seconds(0)), 80)!.Value;

        model.Settle(At(Seconds(0.5)), charge, actual: 0);

        model.Read(At(Seconds(0.5))).ShouldBe(new LimitReading(100, 100, Seconds(1), 100, TimeSpan.Zero));
    }

    [Fact]
    public void A_window_that_has_passed_gives_nothing_back_to_the_next()
    {
        foreach (var model in (LimitModel[])[new SlidingLogModel(100, Window), new FixedWindowModel(100, Window), new FixedWindowModel(100, Window, WindowAlignment.FirstUse)])
        {
            var charge = model.Arrive(At(TimeSpan.Zero), 80)!.Value;
            model.Arrive(At(2 * Window), 100).ShouldNotBeNull();

            model.Settle(At(2 * Window), charge, actual: 1);

            model.Read(At(2 * Window)).Remaining.ShouldBe(0, model.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Corrections_downwards_never_let_more_through_than_the_quota_of_what_was_really_used(int seed)
    {
        var random = new Random(seed);
        foreach (var model in (LimitModel[])[new SlidingLogModel(Quota, Window), new FixedWindowModel(Quota, Window), new FixedWindowModel(Quota, Window, WindowAlignment.FirstUse)])
        {
            Queue<(int Charge, long Actual)> open = [];
            foreach (var (at, amount) in Histories.Random(seed))
            {
                if (model.Arrive(At(at), amount) is { } charge)
                {
                    open.Enqueue((charge, random.NextInt64(0, amount + 1)));
                }

                if (open.Count > 0 && random.Next(2) == 0)
                {
                    var (settled, actual) = open.Dequeue();
                    model.Settle(At(at), settled, actual);
                }

                var report = model.Report(At(at));
                report.Worst.ShouldBeLessThanOrEqualTo(Quota, $"seed {seed}, {model}, at {at}");
                report.Ok.ShouldBeLessThanOrEqualTo(report.Theoretical, $"seed {seed}, {model}, at {at}");
            }
        }
    }

    [Fact]
    public void A_refused_request_that_counts_takes_from_the_next_and_is_not_in_the_books_of_what_was_admitted()
    {
        foreach (var model in All(10))
        {
            for (var call = 0; call < 10; call++)
            {
                model.Arrive(At(TimeSpan.Zero)).ShouldNotBeNull();
            }

            model.Refuse();
            model.CountRefused(At(TimeSpan.Zero), 1);

            model.Read(At(TimeSpan.Zero)).Remaining.ShouldBe(-1, model.ToString());
            model.Report(At(TimeSpan.Zero)).Ok.ShouldBe(10);
            model.Report(At(TimeSpan.Zero)).Refused.ShouldBe(1);
            model.Report(At(TimeSpan.Zero)).Worst.ShouldBe(10);
        }
    }

    [Fact]
    public void Who_asks_all_the_time_pushes_a_sliding_window_ahead_that_counts_refusals()
    {
        var model = new SlidingLogModel(10, Seconds(1));
        for (var call = 0; call < 100; call++)
        {
            var now = At(Seconds(0.05 * call));
            if (model.Arrive(now) is null)
            {
                model.CountRefused(now, 1);
            }
        }

        // Ten at first, and never again: there are always twenty in the last second.
        model.Report(At(Seconds(5))).Worst.ShouldBe(10);
        model.Read(At(Seconds(4.95))).Remaining.ShouldBe(-10);
    }

    [Fact]
    public void A_bucket_that_counts_refusals_is_owed_one_filling_at_most()
    {
        var model = new TokenBucketModel(10, Seconds(1));
        for (var call = 0; call < 1000; call++)
        {
            if (model.Arrive(At(TimeSpan.Zero)) is null)
            {
                model.CountRefused(At(TimeSpan.Zero), 1);
            }
        }

        model.WaitFor(At(TimeSpan.Zero), 1).ShouldBe(Seconds(1.1));
    }

    private static LimitModel[] All(long quota) =>
    [
        new SlidingLogModel(quota, Window), new FixedWindowModel(quota, Window), new FixedWindowModel(quota, Window, WindowAlignment.FirstUse), new TokenBucketModel(quota, Window),
    ];
}
