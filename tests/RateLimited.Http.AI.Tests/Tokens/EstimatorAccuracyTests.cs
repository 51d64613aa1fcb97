using RateLimited.Http.AI.Text;
using RateLimited.Http.AI.Tokens;

namespace RateLimited.Http.AI.Tests.Tokens;

/// <summary>How far estimates are off, measured against the true counts of a corpus in twenty languages, of passages that the estimator has not seen.</summary>
public sealed class EstimatorAccuracyTests
{
    private const double Margin = 1.2;
    private const int Learned = 200;

    private readonly ITestOutputHelper _output;

    public EstimatorAccuracyTests(ITestOutputHelper output) => _output = output;

    [Theory]
    [InlineData("gpt-4o-mini", true)]
    [InlineData("gpt-4-turbo", false)]
    [InlineData("nobody-knows-1", true)]
    [InlineData("nobody-knows-1", false)]
    public void After_two_hundred_answers_half_of_the_estimates_are_within_a_tenth(string model, bool isO200k)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            var (known, unknown) = Split(random);
            var calibration = new ModelCalibration(model);
            var before = Errors(calibration, unknown, isO200k, new Random(seed));

            for (var i = 0; i < Learned; i++)
            {
                var (counts, actual) = Request(known, isO200k, random);
                calibration.LearnInput(counts, calibration.Input(counts, Margin).Plain, actual, Margin);
            }

            var after = Errors(calibration, unknown, isO200k, new Random(seed));
            _output.WriteLine(FormattableString.Invariant($"{model} {(isO200k ? "o200k" : "cl100k")} seed {seed}: median {before.Median:P1} → {after.Median:P1}, short with margin {after.Short:P1}, margin {calibration.Status(Margin).Margin:0.000}"));
            after.Median.ShouldBeLessThanOrEqualTo(0.10);
            after.Short.ShouldBeLessThanOrEqualTo(0.25);
            calibration.Status(Margin).ShouldSatisfyAllConditions(
                static status => status.Seen.ShouldBe(Learned),
                static status => status.Error.ShouldBeInRange(0, 0.15),
                static status => status.Margin.ShouldBeInRange(1, Margin - 0.01));
        }
    }

    [Fact]
    public void One_language_alone_is_learned_in_a_few_answers()
    {
        foreach (var kind in Passage.All.Select(static passage => passage.Kind).Distinct(StringComparer.Ordinal))
        {
            var passages = Passage.All.Where(passage => passage.Kind == kind).ToArray();
            var calibration = new ModelCalibration("nobody-knows-1");
            var random = new Random(1);
            for (var i = 0; i < 30; i++)
            {
                var (counts, actual) = Request(passages[..^2], isO200k: true, random);
                calibration.LearnInput(counts, calibration.Input(counts, Margin).Plain, actual, Margin);
            }

            Errors(calibration, passages[^2..], isO200k: true, random).Median.ShouldBeLessThan(0.35, kind);
        }
    }

    [Fact]
    public void Nothing_that_answers_say_makes_an_estimate_less_than_nothing_or_no_number()
    {
        var random = new Random(5);
        var calibration = new ModelCalibration("gpt-4o");
        for (var i = 0; i < 3_000; i++)
        {
            var (counts, actual) = Request(Passage.All, isO200k: true, random);
            var said = random.Next(6) switch { 0 => 0, 1 => long.MaxValue, 2 => -5, 3 => actual * 15, 4 => Math.Max(actual / 15, 1), _ => actual };
            calibration.LearnInput(counts, calibration.Input(counts, Margin).Plain, said, Margin);
            var (plain, safe) = calibration.Input(counts, Margin);
            double.IsFinite(plain).ShouldBeTrue();
            plain.ShouldBeGreaterThanOrEqualTo(0);
            safe.ShouldBeInRange(plain, plain * Margin);
        }
    }

    [Fact]
    public void An_absurd_count_teaches_nothing()
    {
        var calibration = new ModelCalibration("gpt-4o");
        var (counts, actual) = Request(Passage.All, isO200k: true, new Random(1));
        var before = calibration.Input(counts, Margin);

        foreach (var said in (long[])[0, -1, actual * 1_000, long.MaxValue])
        {
            calibration.LearnInput(counts, before.Plain, said, Margin);
        }

        calibration.Input(counts, Margin).ShouldBe(before);
        calibration.Status(Margin).Seen.ShouldBe(0);
    }

    [Fact]
    public void Answers_lengths_are_known_by_what_nineteen_of_twenty_stay_below()
    {
        var random = new Random(3);
        var calibration = new ModelCalibration("gpt-4o");
        calibration.Output(500).ShouldBe(500);
        calibration.LearnOutput(20);
        calibration.Output(500).ShouldBe(500);
        for (var i = 0; i < 4_000; i++)
        {
            calibration.LearnOutput(random.Next(1, 2_001));
        }

        calibration.Output(500).ShouldBeInRange(1_700, 2_100);
    }

    [Fact]
    public void Models_beyond_the_bound_share_what_is_learned()
    {
        var calibrations = new Calibrations();
        for (var i = 0; i < 1_000; i++)
        {
            calibrations.Of($"model-{i}").ShouldNotBeNull();
        }

        calibrations.All.Count().ShouldBeLessThanOrEqualTo(257);
        calibrations.Of("model-7").ShouldBeSameAs(calibrations.Of("MODEL-7"));
        calibrations.Of("model-998").ShouldBeSameAs(calibrations.Of("model-999"));
    }

    /// <summary>A third of the passages of each kind is kept for the test.</summary>
    private static (Passage[] Known, Passage[] Unknown) Split(Random random)
    {
        var all = Passage.All.ToArray();
        random.Shuffle(all);
        var third = all.Length / 3;
        return (all[third..], all[..third]);
    }

    private static (double Median, double Short) Errors(ModelCalibration calibration, Passage[] passages, bool isO200k, Random random)
    {
        var errors = new List<double>();
        var shortfalls = 0;
        for (var i = 0; i < 400; i++)
        {
            var (counts, actual) = Request(passages, isO200k, random);
            var (plain, safe) = calibration.Input(counts, Margin);
            errors.Add(Math.Abs(plain - actual) / actual);
            shortfalls += safe < actual ? 1 : 0;
        }

        errors.Sort();
        return (errors[errors.Count / 2], shortfalls / 400.0);
    }

    /// <summary>One to six messages, counted as the cookbook says.</summary>
    private static (TextCounts Counts, long Actual) Request(IReadOnlyList<Passage> passages, bool isO200k, Random random)
    {
        var counts = default(TextCounts);
        var actual = 3L;
        for (var i = random.Next(1, 7); i > 0; i--)
        {
            var passage = passages[random.Next(passages.Count)];
            var of = passage.Counts();
            for (var feature = TextFeature.Words; feature < TextFeature.Messages; feature++)
            {
                counts[feature] += of[feature];
            }

            counts[TextFeature.Messages]++;
            actual += passage.Tokens(isO200k) + 4;
        }

        counts[TextFeature.Requests] = 1;
        return (counts, actual);
    }
}
