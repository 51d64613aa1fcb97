using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Tests.Limits.Learning;

/// <summary>When more under way gets no more done.</summary>
public sealed class LoadHistoryTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_vetoes_by_the_correlations_of_the_last_twenty_windows(int seed)
    {
        var random = new Random(seed);
        var history = new LoadHistory();
        var windows = new List<(double InFlight, double Done, double Latency)>();
        var (vetoes, passes) = (0, 0);
        for (var step = 0; step < 500; step++)
        {
            if (random.Next(60) == 0)
            {
                history.Clear();
                windows.Clear();
            }

            // An upstream that works on so many at once: beyond them each waits longer, and here and there more is lost.
            var (slots, loss) = (20 + (seed % 4 * 20), seed % 3 * 0.2);
            var inFlight = seed % 5 == 0 ? 50 + (random.NextDouble() * 2) : 1 + (random.NextDouble() * 100);
            var beyond = Math.Max(inFlight - slots, 0);
            var done = (Math.Min(inFlight, slots) - (loss * beyond)) * (1 + (random.NextDouble() * 0.2));
            var latency = 50 + (beyond * 3) + (random.NextDouble() * 10);
            history.Add(inFlight, done, latency);
            windows.Add((inFlight, done, latency));

            var expected = Vetoes([.. windows.TakeLast(20)]);
            history.Vetoes().ShouldBe(expected, $"seed {seed}, step {step}");
            (vetoes, passes) = expected ? (vetoes + 1, passes) : (vetoes, passes + 1);
        }

        passes.ShouldBeGreaterThan(0);
        if (seed % 5 == 0)
        {
            vetoes.ShouldBe(0, "what is under way hardly differs");
        }
    }

    [Fact]
    public void Less_done_with_more_under_way_is_enough_and_no_less_than_eight_windows()
    {
        var history = new LoadHistory();
        for (var i = 1; i <= 8; i++)
        {
            history.Vetoes().ShouldBeFalse();
            history.Add(10 * i, 100 - i, 50 + i);
        }

        history.Vetoes().ShouldBeTrue();
        history.Clear();
        history.Vetoes().ShouldBeFalse();
    }

    [Fact]
    public void What_never_varies_vetoes_nothing()
    {
        var history = new LoadHistory();
        for (var i = 1; i <= 20; i++)
        {
            history.Add(0, 0, 0);
        }

        history.Vetoes().ShouldBeFalse();
        for (var i = 1; i <= 20; i++)
        {
            history.Add(10 * i, 100, 50);
        }

        history.Vetoes().ShouldBeFalse();
    }

    private static bool Vetoes(List<(double InFlight, double Done, double Latency)> windows)
    {
        if (windows.Count < 8 || Spread(windows.Select(static each => each.InFlight)) < 0.05)
        {
            return false;
        }

        var gain = Pearson(windows.Select(static each => (each.InFlight, each.Done)));
        var wait = Pearson(windows.Select(static each => (each.InFlight, each.Latency)));
        var isFlat = Spread(windows.Select(static each => each.Done)) < 0.2 * Spread(windows.Select(static each => each.InFlight));
        return (gain < 0 && wait > 0) || (wait > 0.5 && (gain < 0.3 || isFlat));
    }

    private static double Spread(IEnumerable<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) / mean;
    }

    /// <summary>By the sums of products, as textbooks for people with pencils have it.</summary>
    private static double Pearson(IEnumerable<(double X, double Y)> pairs)
    {
        var (n, x, y, xx, yy, xy) = (0, 0d, 0d, 0d, 0d, 0d);
        foreach (var pair in pairs)
        {
            (n, x, y) = (n + 1, x + pair.X, y + pair.Y);
            (xx, yy, xy) = (xx + (pair.X * pair.X), yy + (pair.Y * pair.Y), xy + (pair.X * pair.Y));
        }

        return ((n * xy) - (x * y)) / Math.Sqrt(((n * xx) - (x * x)) * ((n * yy) - (y * y)));
    }
}
