using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.AI.Tokens;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.AI.Tests.Tokens;

/// <summary>How long nearly all of the last answers are.</summary>
public sealed class AnswerLengthsTests
{
    private const int Kept = 128;

    [Fact]
    public void It_is_what_sorting_the_last_of_them_says() =>
        Holds.For(Gen.Choose(1, 3 * Kept).SelectMany(static many => Gen.Choose(1, 3_000).ArrayOf(many)), static lengths =>
        {
            var known = new AnswerLengths();
            for (var i = 0; i < lengths.Length; i++)
            {
                known.Add(lengths[i]);
                var last = lengths[Math.Max(i + 1 - Kept, 0)..(i + 1)].Select(static length => (long)length).Order().ToArray();
                known.Upper(50).ShouldBe(last.Length < 20 ? Math.Max(last[^1], 50) : last[^(1 + (last.Length / 20))]);
            }
        }, share: 20);

    [Fact]
    public void It_forgets_what_is_long_ago()
    {
        var known = new AnswerLengths();
        for (var i = 0; i < 500; i++)
        {
            known.Add(i < 300 ? 4_000 : 40);
        }

        known.Upper(500).ShouldBe(40);
    }
}
