using RateLimited.Http.AI.Tests.Documentation;
using RateLimited.Http.AI.Tests.Tokens;

namespace RateLimited.Http.AI.Tests.Estimation;

/// <summary>The adapter for Microsoft.ML.Tokenizers that the documentation shows counts exactly.</summary>
public sealed class TokenizerTests
{
    private readonly Snippets.TiktokenCounter _counter = new();

    [Theory]
    [InlineData("gpt-4o-mini", true)]
    [InlineData("text-embedding-3-small", false)]
    public void Of_every_passage_it_counts_what_the_corpus_has(string model, bool isO200k)
    {
        foreach (var passage in Passage.All)
        {
            _counter.TryCount(model, passage.Text, out var tokens).ShouldBeTrue();
            tokens.ShouldBe(passage.Tokens(isO200k), passage.Kind);
        }
    }

    [Fact]
    public async Task A_request_is_charged_what_it_counts_and_what_frames_it()
    {
        using var estimating = new Estimating(counter: _counter);
        var passage = Passage.All[0];

        var estimate = await estimating.OfAsync("/v1/embeddings", System.Text.Json.JsonSerializer.Serialize(new { model = "text-embedding-3-small", input = passage.Text }));

        estimate!.Costs.Single(static cost => cost.Unit == AIUnits.InputTokens).Amount.ShouldBe(passage.Cl100k);
    }

    [Fact]
    public void Of_a_model_that_it_does_not_know_it_says_nothing() => _counter.TryCount("claude-sonnet-4-5", "any text", out _).ShouldBeFalse();
}
