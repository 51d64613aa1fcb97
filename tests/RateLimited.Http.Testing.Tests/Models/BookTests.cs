using RateLimited.Http.Testing.Models;
using static RateLimited.Http.Testing.Tests.Models.Histories;

namespace RateLimited.Http.Testing.Tests.Models;

/// <summary>What is called possible neither flatters nor punishes.</summary>
public sealed class BookTests
{
    public static TheoryData<int> Seeds => Histories.Seeds;

    [Fact]
    public void Sliding_log_gives_the_client_that_is_late_by_J_each_time_the_share_W_over_W_plus_J()
    {
        // Bursts of 100 each 2 s, the first of each 45 ms later than it might, spread over 45 ms.
        var model = new SlidingLogModel(100, Seconds(2));
        for (var burst = 0; burst < 10; burst++)
        {
            for (var call = 0; call < 100; call++)
            {
                model.Arrive(At((burst * Seconds(2.045)) + (call * Seconds(0.00045)))).ShouldNotBeNull();
            }
        }

        var report = model.Report(At(Seconds(19)));

        // Nine whole stretches from the first admission to the 901st: 18.405 s, which hold 920.25 at the full rate.
        report.ShouldBe(new LimitReport(Ok: 900, Theoretical: 921, Refused: 0, Worst: 100));
    }

    [Theory]
    [InlineData(0, 1, 900)]
    [InlineData(20, 1, 900)]
    [InlineData(0, 25, 900)]
    [InlineData(500, 25, 900)]
    public void Sliding_log_gives_the_client_that_is_never_late_all_of_it_in_bursts_or_evenly(int milliseconds, int cost, int expected)
    {
        var model = new SlidingLogModel(100, Seconds(2));
        var perWindow = 100 / cost;
        for (var call = 0; call < 10 * perWindow; call++)
        {
            model.Arrive(At((call / perWindow * Seconds(2)) + (call % perWindow * TimeSpan.FromMilliseconds(milliseconds))), cost).ShouldNotBeNull();
        }

        var report = model.Report(At(Seconds(20)));

        report.Ok.ShouldBe(expected);
        report.Theoretical.ShouldBe(expected);
    }

    [Fact]
    public void Sliding_log_charges_the_client_that_stopped_for_the_time_it_did_nothing()
    {
        var model = new SlidingLogModel(100, Seconds(2));
        for (var call = 0; call < 150; call++)
        {
            model.Arrive(At(call < 100 ? TimeSpan.Zero : Seconds(2)));
        }

        model.Report(At(Seconds(20))).ShouldBe(new LimitReport(Ok: 150, Theoretical: 1000, Refused: 0, Worst: 100));
    }

    [Fact]
    public void A_first_quota_that_is_not_used_up_is_compared_with_that()
    {
        LimitModel[] models =
        [
            new SlidingLogModel(100, Seconds(2)), new FixedWindowModel(100, Seconds(2)), new FixedWindowModel(100, Seconds(2), WindowAlignment.FirstUse),
        ];
        foreach (var model in models)
        {
            model.Report(At(Seconds(0))).ShouldBe(default);
            for (var call = 0; call < 40; call++)
            {
                model.Arrive(At(Seconds(0.01 * call)));
            }

            model.Report(At(Seconds(1))).ShouldBe(new LimitReport(Ok: 40, Theoretical: 100, Refused: 0, Worst: 40), model.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_model_reports_more_than_it_calls_possible(int seed)
    {
        LimitModel[] models =
        [
            new SlidingLogModel(Quota, Window), new FixedWindowModel(Quota, Window), new FixedWindowModel(Quota, Window, WindowAlignment.FirstUse),
            new TokenBucketModel(Quota, Window, 5), new ConcurrencyModel(3),
        ];
        foreach (var model in models)
        {
            var called = TimeSpan.Zero;
            foreach (var (at, amount) in Histories.Random(seed))
            {
                // Each call ends a tick after it came, and the next comes no earlier.
                called = at > called ? at : called;
                var charge = model.Arrive(At(called), amount);
                called += TimeSpan.FromTicks(1);
                if (charge is { } admitted)
                {
                    model.End(At(called), admitted);
                }

                var report = model.Report(At(called));
                report.Ok.ShouldBeLessThanOrEqualTo(report.Theoretical, $"seed {seed}, {model}, at {called}");
            }
        }
    }

    [Fact]
    public void Fixed_window_counts_whole_windows_only_and_every_refusal()
    {
        // Start is 130 ms into a window of 200 ms: windows begin at 70, 270, 470 ms.
        var model = new FixedWindowModel(2, Window);
        foreach (var milliseconds in (int[])[0, 1, 2, 70, 80, 90, 270, 470, 480, 490])
        {
            model.Arrive(At(TimeSpan.FromMilliseconds(milliseconds)));
        }

        // From 70 to 470 ms: two windows, 2 + 1 admitted of 4; refused at 2, 90 and 490 ms.
        model.Report(At(TimeSpan.FromMilliseconds(500))).ShouldBe(new LimitReport(Ok: 3, Theoretical: 4, Refused: 3, Worst: 2));
    }

    [Fact]
    public void Windows_of_first_use_charge_who_comes_back_late()
    {
        var model = new FixedWindowModel(100, Seconds(2), WindowAlignment.FirstUse);
        for (var window = 0; window < 10; window++)
        {
            for (var call = 0; call < 100; call++)
            {
                model.Arrive(At((window * Seconds(2.5)) + (call * Seconds(0.001)))).ShouldNotBeNull();
            }
        }

        // Nine windows in 22.5 s, which would have held 11.25.
        model.Report(At(Seconds(22.5))).ShouldBe(new LimitReport(Ok: 900, Theoretical: 1125, Refused: 0, Worst: 100));
        model.Report(At(Seconds(25))).ShouldBe(new LimitReport(Ok: 1000, Theoretical: 1250, Refused: 0, Worst: 100));
    }

    [Fact]
    public void Token_bucket_counts_the_full_bucket_and_every_whole_token_since_the_first_arrival()
    {
        var model = new TokenBucketModel(100, Seconds(2));
        for (var call = 0; call < 101; call++)
        {
            model.Arrive(At(Seconds(5)));
        }

        // 100 at once, then 50 a second for 1.99 s: 99.5, of which 99 could be had.
        model.Report(At(Seconds(6.99))).ShouldBe(new LimitReport(Ok: 100, Theoretical: 199, Refused: 1, Worst: 100));
    }

    [Fact]
    public void Concurrency_compares_the_time_slots_were_held_with_the_time_there_were_slots()
    {
        // One of two slots held for 4 × 1 s, with 1 s between: half a slot of two.
        var model = new ConcurrencyModel(2);
        for (var call = 0; call < 4; call++)
        {
            model.End(At(Seconds((2 * call) + 1)), model.Arrive(At(Seconds(2 * call)))!.Value);
        }

        model.Report(At(Seconds(8))).ShouldBe(new LimitReport(Ok: 4, Theoretical: 16, Refused: 0, Worst: 1));
    }

    [Fact]
    public void Concurrency_counts_the_time_of_a_call_that_has_not_ended_and_no_call()
    {
        var model = new ConcurrencyModel(1);
        var first = model.Arrive(At(Seconds(0)))!.Value;
        model.End(At(Seconds(1)), first);
        model.Arrive(At(Seconds(1)));
        model.End(At(Seconds(1.2)), first);

        // Held all the time: 100%, though the second call has not ended, and the first ended once however often that is said.
        model.Report(At(Seconds(1.5))).ShouldBe(new LimitReport(Ok: 1, Theoretical: 1, Refused: 0, Worst: 1));
    }

    [Fact]
    public void Utilisation_is_the_share_that_was_used()
    {
        new LimitReport(Ok: 3, Theoretical: 4, Refused: 0, Worst: 1).Utilisation.ShouldBe(0.75);
        default(LimitReport).Utilisation.ShouldBeNull();
    }
}
