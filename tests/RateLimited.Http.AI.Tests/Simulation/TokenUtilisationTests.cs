namespace RateLimited.Http.AI.Tests.Simulation;

/// <summary>Of a quota in tokens all but little is used, and the upstream refuses nothing, although nobody knows beforehand what requests cost.</summary>
public sealed class TokenUtilisationTests(ITestOutputHelper output)
{
    private const int TokensPerMinute = 200_000;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(20);

    /// <summary>By then the bucket that was full at the beginning is empty, so that what is used is what flows in.</summary>
    private static readonly TimeSpan CountedFrom = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void With_estimates_unknown_at_the_start(int seed)
    {
        using var run = new TokenRun(keys: 1, (TokensPerMinute, 3_000), ["200000 tokens/minute token-bucket", "3000/minute token-bucket"], new TokenCostOptions(), seed);

        run.Run(Length, CountedFrom);

        var utilisation = run.Used / (TokensPerMinute * (Length - CountedFrom).TotalMinutes);
        var model = run.Spend.Models[0];
        output.WriteLine(FormattableString.Invariant($"seed {seed}: {run.Ok} answered, {run.Refused} refused, {utilisation:P1} of the quota used; estimates off by {model.EstimateError:P1}, margin {model.Margin:0.00}"));
        run.Refused.ShouldBe(0);
        utilisation.ShouldBeGreaterThanOrEqualTo(0.95);
        run.Spend.Models.ShouldHaveSingleItem().Learned.ShouldBe(run.Ok);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void With_four_keys_that_are_used_equally_within_five_percent(int seed)
    {
        const int Keys = 4;
        using var run = new TokenRun(
            Keys,
            (TokensPerMinute / Keys, 750),
            ["50000 tokens/minute per key token-bucket", "750/minute per key token-bucket"],
            new TokenCostOptions(),
            seed);

        run.Run(Length, CountedFrom);

        var utilisation = run.Used / (TokensPerMinute * (Length - CountedFrom).TotalMinutes);
        output.WriteLine(FormattableString.Invariant($"seed {seed}: {run.Ok} answered, {run.Refused} refused, {utilisation:P1} of the quota used, by {string.Join(", ", run.Uses)} requests"));
        run.Refused.ShouldBe(0);
        utilisation.ShouldBeGreaterThanOrEqualTo(0.95);
        ShouldBeEven(run.Uses);

        // As the upstream has it: of all that it had to give, the full buckets at the beginning and what was not known then included.
        run.Books.Refused.ShouldBe(0, run.Books.ToString());
        run.Books.UtilisationOf(AIUnits.Tokens).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(0.95, run.Books.ToString());
        ShouldBeEven([.. run.Books.Limits.Where(static limit => limit.Unit == AIUnits.Tokens).Select(static limit => limit.Report.Ok)]);

        static void ShouldBeEven(IReadOnlyList<long> uses)
        {
            var even = uses.Average();
            uses.Count.ShouldBe(Keys);
            uses.ShouldAllBe(each => Math.Abs(each - even) <= 0.05 * even);
        }
    }
}
