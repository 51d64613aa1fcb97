using Quickstart.Upstreams.Models;

namespace RateLimited.Http.Tests.Samples;

/// <summary>
/// The quickstart's figures are worth what its upstreams are: these hold them strict and their books honest. The same source files are compiled in here. Virtual time, fixed seeds.
/// </summary>
public sealed class QuickstartModelTests
{
    private const int Quota = 7;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 130, TimeSpan.Zero);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Sliding_log_never_admits_more_than_its_quota_in_any_window_and_refuses_only_when_it_must(int seed)
    {
        var model = new SlidingLogModel(Quota, Window);
        List<TimeSpan> admitted = [];

        foreach (var at in RandomArrivals(seed))
        {
            var inWindow = admitted.Count(time => at - time < Window);
            model.Arrive(At(at)).ShouldBe(inWindow < Quota, $"seed {seed}, at {at}");
            if (inWindow < Quota)
                admitted.Add(at);
        }

        admitted.ShouldAllBe(from => admitted.Count(time => time >= from && time < from + Window) <= Quota);
        model.Report(At(admitted[^1])).Worst.ShouldBe(Quota);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Fixed_window_admits_its_quota_in_each_window_of_the_clock(int seed)
    {
        var model = new FixedWindowModel(Quota, Window);
        Dictionary<long, int> admitted = [];

        foreach (var at in RandomArrivals(seed))
        {
            var index = (Start + at).ToUnixTimeMilliseconds() / (long)Window.TotalMilliseconds;
            var before = admitted.GetValueOrDefault(index);
            model.Arrive(At(at)).ShouldBe(before < Quota, $"seed {seed}, at {at}");
            admitted[index] = Math.Min(Quota, before + 1);
        }

        admitted.Values.Max().ShouldBe(Quota);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Token_bucket_admits_at_most_its_capacity_and_what_has_been_refilled_in_any_interval(int seed)
    {
        const int Capacity = 5;
        var model = new TokenBucketModel(Capacity, Quota, Window);
        List<TimeSpan> admitted = [];

        foreach (var at in RandomArrivals(seed))
        {
            // Allowed exactly when no interval that ends here would hold more than the bound: an oracle that knows no level.
            var allowed = admitted.Index().All(first => admitted.Count - first.Index + 1 <= Capacity + Refilled(at - first.Item));
            model.Arrive(At(at)).ShouldBe(allowed, $"seed {seed}, at {at}");
            if (allowed)
                admitted.Add(at);
        }

        admitted.Count.ShouldBeGreaterThan(Capacity);

        static decimal Refilled(TimeSpan elapsed) => (decimal)elapsed.Ticks * Quota / Window.Ticks;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Concurrency_holds_at_most_its_slots_and_admits_whenever_one_is_free(int seed)
    {
        const int Slots = 3;
        var random = new Random(seed);
        var model = new ConcurrencyModel(Slots);
        var held = 0;

        foreach (var at in RandomArrivals(seed))
        {
            if (held > 0 && random.Next(3) == 0)
            {
                model.Depart(At(at));
                held--;
            }

            model.Arrive(At(at)).ShouldBe(held < Slots, $"seed {seed}, at {at}");
            held = Math.Min(Slots, held + 1);
        }

        model.Report(At(TimeSpan.FromDays(1))).Worst.ShouldBe(Slots);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Who_comes_back_after_exactly_Retry_After_is_admitted_and_one_tick_earlier_is_not(int seed)
    {
        UpstreamModel[] models = [new SlidingLogModel(Quota, Window), new FixedWindowModel(Quota, Window), new TokenBucketModel(5, Quota, Window)];
        foreach (var model in models)
        {
            var refusedAt = RandomArrivals(seed).First(at => !model.Arrive(At(at)));

            var retryAt = refusedAt + model.RetryAfter(At(refusedAt));

            model.Arrive(At(retryAt - TimeSpan.FromTicks(1))).ShouldBeFalse($"seed {seed}, {model}");
            model.Arrive(At(retryAt)).ShouldBeTrue($"seed {seed}, {model}");
        }
    }

    [Fact]
    public void Sliding_log_gives_the_client_that_is_late_by_J_each_time_the_share_W_over_W_plus_J()
    {
        // The bursts of the quickstart: 100 each 2 s, the first of each 45 ms later than it might, spread over 45 ms.
        var model = new SlidingLogModel(100, Seconds(2));
        for (var burst = 0; burst < 10; burst++)
            for (var call = 0; call < 100; call++)
                model.Arrive(At(burst * Seconds(2.045) + call * Seconds(0.00045))).ShouldBeTrue();

        var report = model.Report(At(Seconds(19)));

        // Nine whole stretches from the first admission to the 901st: 18.405 s, which hold 920.25 at the full rate.
        report.ShouldBe(new UpstreamReport(Ok: 900, Theoretical: 921, Refused: 0, Worst: 100));
    }

    [Theory]
    [InlineData(0, 900)]
    [InlineData(20, 900)]
    public void Sliding_log_gives_the_client_that_is_never_late_all_of_it_in_bursts_or_evenly(int milliseconds, int expected)
    {
        var model = new SlidingLogModel(100, Seconds(2));
        for (var call = 0; call < 1000; call++)
            model.Arrive(At((call / 100 * Seconds(2)) + (call % 100 * TimeSpan.FromMilliseconds(milliseconds)))).ShouldBeTrue();

        var report = model.Report(At(Seconds(20)));

        report.Ok.ShouldBe(expected);
        report.Theoretical.ShouldBe(expected);
    }

    [Fact]
    public void Sliding_log_charges_the_client_that_stopped_for_the_time_it_did_nothing()
    {
        var model = new SlidingLogModel(100, Seconds(2));
        for (var call = 0; call < 150; call++)
            model.Arrive(At(call < 100 ? TimeSpan.Zero : Seconds(2)));

        var report = model.Report(At(Seconds(20)));

        report.ShouldBe(new UpstreamReport(Ok: 150, Theoretical: 1000, Refused: 0, Worst: 100));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_model_reports_more_than_it_calls_possible(int seed)
    {
        UpstreamModel[] models = [new SlidingLogModel(Quota, Window), new FixedWindowModel(Quota, Window), new TokenBucketModel(5, Quota, Window), new ConcurrencyModel(3)];
        foreach (var model in models)
        {
            var called = TimeSpan.Zero;
            foreach (var at in RandomArrivals(seed))
            {
                // Each call ends a tick after it came, and the next comes no earlier.
                called = at > called ? at : called;
                var admitted = model.Arrive(At(called));
                called += TimeSpan.FromTicks(1);
                if (admitted)
                    model.Depart(At(called));
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
            model.Arrive(At(TimeSpan.FromMilliseconds(milliseconds)));

        // From 70 to 470 ms: two windows, 2 + 1 admitted of 4; refused at 2, 90 and 490 ms.
        model.Report(At(TimeSpan.FromMilliseconds(500))).ShouldBe(new UpstreamReport(Ok: 3, Theoretical: 4, Refused: 3, Worst: 2));
    }

    [Fact]
    public void Token_bucket_counts_the_full_bucket_and_every_whole_token_since_the_first_arrival()
    {
        var model = new TokenBucketModel(capacity: 100, 100, Seconds(2));
        for (var call = 0; call < 101; call++)
            model.Arrive(At(Seconds(5)));

        // 100 at once, then 50 a second for 1.99 s: 99.5, of which 99 could be had.
        model.Report(At(Seconds(6.99))).ShouldBe(new UpstreamReport(Ok: 100, Theoretical: 199, Refused: 1, Worst: 100));
    }

    [Fact]
    public void Concurrency_compares_the_time_slots_were_held_with_the_time_there_were_slots()
    {
        // One of two slots held for 4 × 1 s, with 1 s between: half a slot of two.
        var model = new ConcurrencyModel(2);
        for (var call = 0; call < 4; call++)
        {
            model.Arrive(At(Seconds(2 * call)));
            model.Depart(At(Seconds((2 * call) + 1)));
        }

        model.Report(At(Seconds(8))).ShouldBe(new UpstreamReport(Ok: 4, Theoretical: 16, Refused: 0, Worst: 1));
    }

    [Fact]
    public void Concurrency_counts_the_time_of_a_call_that_has_not_ended_and_no_call()
    {
        var model = new ConcurrencyModel(1);
        model.Arrive(At(Seconds(0)));
        model.Depart(At(Seconds(1)));
        model.Arrive(At(Seconds(1)));

        // Held all the time: 100%, though the second call has not ended.
        model.Report(At(Seconds(1.5))).ShouldBe(new UpstreamReport(Ok: 1, Theoretical: 1, Refused: 0, Worst: 1));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static ArrivalTime At(TimeSpan elapsed) => new(elapsed, Start + elapsed - DateTimeOffset.UnixEpoch);

    /// <summary>Bursts and pauses, some of them a window long to the tick.</summary>
    private static IEnumerable<TimeSpan> RandomArrivals(int seed)
    {
        var random = new Random(seed);
        var at = TimeSpan.Zero;
        for (var arrival = 0; arrival < 400; arrival++)
        {
            yield return at;
            at += random.Next(12) switch
            {
                < 5 => TimeSpan.Zero,
                < 8 => TimeSpan.FromTicks(random.Next(20)),
                < 10 => random.NextDouble() * Window / 5,
                10 => Window / Quota,
                _ => random.Next(8) == 0 ? Window : random.NextDouble() * Window,
            };
        }
    }
}
