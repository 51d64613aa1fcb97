using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Simulation;

/// <summary>Half of the quota goes to somebody else, and nobody told us: hardly a refusal, and hardly anything left unused.</summary>
public sealed class SharedQuotaTests(ITestOutputHelper output)
{
    private const long Minute = TimeSpan.TicksPerMinute;
    private const int Windows = 30;

    /// <summary>How many runs there are of each case; the environment variable SHARED_SEEDS draws more.</summary>
    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("SHARED_SEEDS"), System.Globalization.CultureInfo.InvariantCulture, out var seeds) ? seeds : 3;

    public static TheoryData<string, int, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, string, string>();
            foreach (var upstream in (string[])["clock", "first use", "bucket"])
            {
                foreach (var quota in (int[])[100, 1000])
                {
                    foreach (var configured in (string[])["sliding", "fixed", "bucket", "none"])
                    {
                        cases.Add(upstream, quota, configured, "spread");
                        if (upstream == "clock")
                        {
                            cases.Add(upstream, quota, configured, "bursts");
                        }
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Half_of_the_quota_is_somebody_elses_and_no_window_sees_two_refusals(string kind, int quota, string configured, string others)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            Share(kind, quota, configured, others, seed);
        }
    }

    [Theory]
    [InlineData("fixed", 240)]
    [InlineData("none", 240)]
    [InlineData("fixed", 20)]
    public void However_many_callers_wait_a_quarter_that_is_somebody_elses_costs_one_refusal_in_a_window(string configured, int callers)
    {
        // The arena's cell: a hundred in two seconds, said to the millisecond.
        const int Quota = 100;
        const long Window = 2 * TimeSpan.TicksPerSecond;
        for (var seed = 1; seed <= 5; seed++)
        {
            using var run = new SharedRun(new SharedWindow(Quota, Window, phase: 0) { Rounding = TimeSpan.TicksPerMillisecond }, Definition(Quota, configured, Window), seed)
            {
                Parallel = callers,
                Ways = (5, 50, 0, 2),
            };
            run.AddOthers(Quota / 4.0);
            run.Run(Windows);

            output.WriteLine($"seed {seed}, configured {configured}, callers {callers}: ok {run.Ok}, others {run.Others}, refused {run.Refused}: {string.Join(" ", run.RefusedByWindow)}");
            run.Refused.ShouldBeLessThanOrEqualTo(Windows);
            run.RefusedByWindow.Skip(1).ShouldAllBe(static window => window.Value == 1, "the first says that others use it, and no window after it sees two");
            ((double)run.Ok / ((Quota * Windows) - run.Others)).ShouldBeGreaterThan(0.97);
        }
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("none")]
    public void Whoever_comes_when_others_have_taken_some_is_refused_for_that_once_and_knows_better_from_then_on(string configured)
    {
        const int Quota = 100;
        const int TakenBefore = 10;
        for (var seed = 1; seed <= 10; seed++)
        {
            var upstream = new SharedWindow(Quota, 2 * TimeSpan.TicksPerSecond, phase: 0) { Rounding = TimeSpan.TicksPerMillisecond };
            for (var i = 0; i < TakenBefore; i++)
            {
                upstream.Take(0);
            }

            using var run = new SharedRun(upstream, Definition(Quota, configured, upstream.Window), seed) { Parallel = 240, Ways = (5, 50, 0, 2) };
            run.AddOthers(Quota / 4.0);
            run.Run(Windows);

            var refused = string.Join(" ", run.RefusedByWindow);
            output.WriteLine($"seed {seed}, configured {configured}: ok {run.Ok}, others {run.Others}, refused {refused}");
            run.RefusedByWindow.GetValueOrDefault(0).ShouldBeLessThanOrEqualTo(TakenBefore + 2, refused);
            run.RefusedByWindow.Where(static window => window.Key > 0).ShouldAllBe(static window => window.Value == 1, refused);
        }
    }

    [Theory]
    [InlineData(10, 100)]
    [InlineData(60, 100)]
    [InlineData(10, 1000)]
    public void Whoever_knows_that_he_will_be_told_asks_first_and_is_refused_for_none_of_what_others_had_taken(int takenBefore, int quota)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var upstream = new SharedWindow(quota, 2 * TimeSpan.TicksPerSecond, phase: 0) { Rounding = TimeSpan.TicksPerMillisecond };
            for (var i = 0; i < takenBefore; i++)
            {
                upstream.Take(0);
            }

            var definition = Definition(quota, "fixed", upstream.Window) with { Correction = new CorrectionDefinition { IsSpoken = true } };
            using var run = new SharedRun(upstream, definition, seed) { Parallel = 240, Ways = (5, 50, 0, 2) };
            run.AddOthers(quota / 4.0);
            run.Run(Windows);

            var refused = string.Join(" ", run.RefusedByWindow);
            output.WriteLine($"seed {seed}: ok {run.Ok}, others {run.Others}, refused {refused}");
            run.RefusedByWindow.Values.ShouldAllBe(static count => count == 1, refused);
            ((double)run.Ok / ((quota * Windows) - takenBefore - run.Others)).ShouldBeGreaterThan(0.97);
        }
    }

    private void Share(string kind, int quota, string configured, string others, int seed)
    {
        SharedUpstream upstream = kind switch
        {
            "clock" => new SharedWindow(quota, Minute, phase: Minute / 3),
            "first use" => new SharedWindow(quota, Minute, phase: null),
            _ => new SharedBucket(quota, Minute),
        };
        using var run = new SharedRun(upstream, Definition(quota, configured), seed);
        if (others == "spread")
        {
            run.AddOthers(quota / 2.0);
        }
        else
        {
            run.AddBursts(quota / 2, (Minute / 3) + (TimeSpan.TicksPerMillisecond * 30));
        }

        run.Run(Windows);

        // A run touches one window more than it is long, unless they begin with it or ours have to be brought into step first; a bucket is full when it begins.
        var all = (double)quota * (kind == "first use" || (kind, configured) == ("clock", "fixed") ? Windows : Windows + 1);
        var utilisation = run.Ok / (all - run.Others);
        output.WriteLine($"seed {seed}, upstream {kind}, quota {quota}, configured {configured}, others {others}: ok {run.Ok}, others {run.Others}, refused {run.Refused}, utilisation of the rest {utilisation:P1}, by window {string.Join(" ", run.RefusedByWindow)}");
        run.RefusedByWindow.Values.ShouldAllBe(static refused => refused == 1, string.Join(" ", run.RefusedByWindow));
        utilisation.ShouldBeGreaterThanOrEqualTo(0.95);
    }

    private static ServiceDefinition Definition(int quota, string configured, long window = Minute) => new()
    {
        Name = Guid.NewGuid().ToString("n"),
        Limits = configured switch
        {
            "sliding" => [new LimitDefinition("own", UnitCost.Requests, new SlidingWindow(quota, window))],
            "fixed" => [new LimitDefinition("own", UnitCost.Requests, new FixedWindow(quota, window))],
            "bucket" => [new LimitDefinition("own", UnitCost.Requests, new TokenBucket(quota, window, quota))],
            _ => [],
        },
        Correction = new CorrectionDefinition { Discover = configured == "none" },
    };
}
