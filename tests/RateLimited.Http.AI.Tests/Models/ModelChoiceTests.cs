using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using RateLimited.Http.AI.Models;
using RateLimited.Http.AI.Tests.Embeddings;
using RateLimited.Http.AI.Tests.Fallback;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Tests.Models;

public sealed class ModelChoiceTests
{
    private static readonly ModelRule[] Rules = [new("large") { UpToTokens = 100, UpToBudget = 0.5 }, new("long") { UpToTokens = 1_000, UpToBudget = 0.8 }, new("small") { UpToTokens = 5_000 }];

    [Theory]
    [InlineData(100, 0.5, "large")]
    [InlineData(101, 0.5, "long")]
    [InlineData(100, 0.5001, "long")]
    [InlineData(1_001, 0.2, "small")]
    [InlineData(10, 0.81, "small")]
    [InlineData(10, 9.0, "small")]
    [InlineData(10, double.NaN, "small")]
    [InlineData(5_001, 0.0, null)]
    public void The_first_rule_that_holds_names_the_model(long tokens, double used, string? model) => ModelChoice.Choose(Rules, _ => tokens, () => used).ShouldBe(model);

    [Fact]
    public void What_no_rule_asks_for_is_not_counted() =>
        ModelChoice.Choose([new ModelRule("any")], static _ => throw new InvalidOperationException("counted"), static () => throw new InvalidOperationException("asked")).ShouldBe("any");

    [Fact]
    public void The_budget_is_asked_for_once_and_tokens_for_each_model()
    {
        var (asked, models) = (0, new List<string>());

        ModelChoice.Choose(Rules, name => { models.Add(name); return 10_000; }, () => { asked++; return 0.1; }).ShouldBeNull();

        asked.ShouldBe(1);
        models.ShouldBe(["large", "long", "small"]);
    }

    [Fact]
    public async Task A_chat_goes_to_the_model_for_its_length_and_one_that_names_a_model_to_that()
    {
        var client = new TalkingClient("c");
        using var choosing = client.WithModelChoice(new ModelChoiceOptions { Rules = { new ModelRule("short") { UpToTokens = 20 }, new ModelRule("long") } });

        await choosing.GetResponseAsync("hello", options: null, TestContext.Current.CancellationToken);
        await choosing.GetResponseAsync(new string('x', 60), options: null, TestContext.Current.CancellationToken);
        await choosing.GetResponseAsync("hello", new ChatOptions { Instructions = new string('x', 60) }, TestContext.Current.CancellationToken);
        await choosing.GetResponseAsync("hello", new ChatOptions { ModelId = "mine" }, TestContext.Current.CancellationToken);
        await foreach (var _ in choosing.GetStreamingResponseAsync("hello", options: null, TestContext.Current.CancellationToken))
        {
        }

        client.Asked.Select(static options => options?.ModelId).ShouldBe(["short", "long", "long", "mine", "short"]);
    }

    [Fact]
    public async Task The_callers_options_stay_as_they_are()
    {
        var client = new TalkingClient("c");
        using var choosing = client.WithModelChoice(new ModelChoiceOptions { Rules = { new ModelRule("m") } });
        var options = new ChatOptions { Temperature = 0.3f };

        await choosing.GetResponseAsync("hello", options, TestContext.Current.CancellationToken);

        options.ModelId.ShouldBeNull();
        client.Asked.ShouldHaveSingleItem()!.Temperature.ShouldBe(0.3f);
    }

    [Fact]
    public async Task Texts_go_to_the_model_for_the_longest_of_them()
    {
        var provider = new StrictGenerator();
        using var choosing = provider.WithModelChoice(new ModelChoiceOptions { Rules = { new ModelRule("short") { UpToTokens = 10 }, new ModelRule("long") { UpToTokens = 50 } } });

        await choosing.GenerateAsync(["a", "b"], options: null, TestContext.Current.CancellationToken);
        await choosing.GenerateAsync(["a", new string('x', 60)], options: null, TestContext.Current.CancellationToken);
        await choosing.GenerateAsync([new string('x', 600)], options: null, TestContext.Current.CancellationToken);
        await choosing.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = "mine" }, TestContext.Current.CancellationToken);

        provider.Requests.Select(static request => request.ModelId).ShouldBe(["short", "long", null, "mine"]);
    }

    [Fact]
    public async Task A_budget_that_is_a_limit_decides()
    {
        var service = RateLimiters.Create("openai", static options => options.Limit("100 usd/day"));
        var client = new TalkingClient("c");
        using var choosing = client.WithModelChoice(new ModelChoiceOptions { Rules = { new ModelRule("large") { UpToBudget = 0.8 }, new ModelRule("small") }, BudgetUsed = ModelBudget.Of(service) });

        await choosing.GetResponseAsync("hello", options: null, TestContext.Current.CancellationToken);
        (await service.AcquireAsync(new AdmissionRequest { Costs = [new UnitCost("usd", 81)] }, TestContext.Current.CancellationToken)).Dispose();
        await choosing.GetResponseAsync("hello", options: null, TestContext.Current.CancellationToken);

        client.Asked.Select(static options => options?.ModelId).ShouldBe(["large", "small"]);
        ModelBudget.Of(service, "eur")().ShouldBe(0);
    }

    [Fact]
    public async Task Who_cannot_tell_what_is_spent_does_not_spend_more()
    {
        var client = new TalkingClient("c");
        using var choosing = client.WithModelChoice(new ModelChoiceOptions
        {
            Rules = { new ModelRule("large") { UpToBudget = 100 }, new ModelRule("small") },
            BudgetUsed = static () => throw new TimeoutException(),
        });

        await choosing.GetResponseAsync("hello", options: null, TestContext.Current.CancellationToken);

        client.Asked.ShouldHaveSingleItem()!.ModelId.ShouldBe("small");
    }

    [Fact]
    public void What_is_wrong_is_said()
    {
        Should.Throw<OptionsValidationException>(static () => new TalkingClient("c").WithModelChoice(new ModelChoiceOptions())).Failures.ShouldBe(["Rules: 0 → from 1 to 100 rules."]);
        Should.Throw<OptionsValidationException>(static () => new TalkingClient("c").WithModelChoice(new ModelChoiceOptions { Rules = { null! } })).Failures.Single().ShouldStartWith("Rules: missing → a rule");
        Should.Throw<ArgumentException>(static () => new ModelRule(" "));
        Should.Throw<ArgumentOutOfRangeException>(static () => new ModelRule("m") { UpToTokens = 0 });
        Should.Throw<ArgumentOutOfRangeException>(static () => new ModelRule("m") { UpToBudget = -0.1 });
        Should.Throw<ArgumentOutOfRangeException>(static () => new ModelRule("m") { UpToBudget = double.NaN });
    }
}
