using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Configuration;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.AI.Models;
using RateLimited.Http.AI.Tests.Embeddings;
using RateLimited.Http.AI.Tests.Fallback;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.AI.Tests.Configuration;

/// <summary>What the section AI of a service says of batches, of the choice of models and of fallback.</summary>
public sealed class ModelSectionTests
{
    private const string Model = "a model's name, such as 'gpt-4o-mini'";

    [Fact]
    public async Task All_of_it_is_read()
    {
        await using var services = Container("""
            {
              "Embeddings": {
                "MaxTexts": 16, "MaxTokens": "9_000", "MaxTokensPerText": 500, "MaxBytes": 20000, "TokenUnit": "tokens", "MaxDelay": "5 ms", "MaxConcurrentCalls": 2, "QueueLength": 64, "Overflow": "Refuse",
                "MaxRepeats": 3, "RepeatDelay": "2 s"
              },
              "Models": [ { "Model": "gpt-4o", "UpToTokens": 20000, "UpToBudget": 0.8 }, "gpt-4o-mini" ], "Fallback": [ "gpt-4o-mini", "gpt-4.1-nano" ], "FallbackOn": [ "Failed", "Limited" ]
            }
            """);

        var options = TokenCostExtension.Required(services, "a").Options;

        var batch = options.Embeddings;
        (batch.MaxTexts, batch.MaxTokens, batch.MaxTokensPerText, batch.MaxBytes, batch.TokenUnit).ShouldBe((16, 9_000, 500, 20_000, "tokens"));
        (batch.MaxDelay, batch.MaxConcurrentCalls, batch.QueueLength, batch.Overflow).ShouldBe((TimeSpan.FromMilliseconds(5), 2, 64, BatchOverflow.Refuse));
        (batch.MaxRepeats, batch.RepeatDelay).ShouldBe((3, TimeSpan.FromSeconds(2)));
        options.Models.Select(static model => (model.Model, model.UpToTokens, model.UpToBudget)).ShouldBe([("gpt-4o", 20_000, 0.8m), ("gpt-4o-mini", null, null)]);
        options.Fallback.ShouldBe(["gpt-4o-mini", "gpt-4.1-nano"]);
        options.FallbackOn.ShouldBe([FallbackCause.Failed, FallbackCause.Limited]);
    }

    [Theory]
    [InlineData("{ \"Embeddings\": { \"MaxTexts\": 0 } }", ":Embeddings:MaxTexts: '0' → a whole number from 1 to 1_000_000")]
    [InlineData("{ \"Embeddings\": { \"MaxBytes\": -1 } }", ":Embeddings:MaxBytes: '-1' → a whole number from 1 to 10^12")]
    [InlineData("{ \"Embeddings\": { \"MaxDelay\": \"2 h\" } }", ":Embeddings:MaxDelay: '2 h' → a duration from 0 s to 1 h")]
    [InlineData("{ \"Embeddings\": { \"Overflow\": \"Drop\" } }", ":Embeddings:Overflow: 'Drop' → one of Wait, Refuse")]
    [InlineData("{ \"Models\": [ { \"UpToTokens\": 5 } ] }", ":Models:0:Model: missing → " + Model)]
    [InlineData("{ \"Models\": [ { \"Model\": \"m\", \"UpToBudget\": 80 } ] }", ":Models:0:UpToBudget: '80' → a share from 0 to 1, such as 0.8")]
    [InlineData("{ \"FallbackOn\": \"Always\" }", ":FallbackOn: 'Always' → one of Failed, CircuitOpen, Limited, Refused")]
    public void What_is_wrong_is_said(string section, string sentence) =>
        Configured.Faults(Configured.Service($$"""{ "Limits": "5/minute", "AI": {{section}} }"""), static services => services.AddTokenCosts("a", static _ => { }))
            .ShouldBe([$"RateLimiting:Services:a:AI{sentence}."]);

    [Fact]
    public async Task What_is_wrong_in_code_is_said_too()
    {
        await using var services = Container("{}", static options =>
        {
            options.Embeddings.MaxConcurrentCalls = 0;
            options.Models.Add(new ModelOptions { Model = "m", UpToTokens = 0 });
            options.Fallback.Add(" ");
        });

        Should.Throw<Microsoft.Extensions.Options.OptionsValidationException>(() => services.GetRequiredKeyedService<IServiceRateLimiter>("a")).Failures.ShouldBe(
            [
                "RateLimiting:Services:a:AI:Embeddings:MaxConcurrentCalls: 0 → a whole number from 1 to 1_000.",
                "RateLimiting:Services:a:AI:Models:0:UpToTokens: 0 → a whole number from 1 to 10^12.",
                "RateLimiting:Services:a:AI:Fallback:0: missing → " + Model + ".",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Texts_go_in_batches_as_the_section_says()
    {
        await using var services = Container("""{ "Embeddings": { "MaxTexts": 2, "MaxBytes": 8, "MaxDelay": "0 s" } }""");
        var provider = new StrictGenerator();
        using var generator = provider.WithBatching(services, "a");

        await generator.GenerateAsync(["abcd", "efgh", "ij", "klmnop"], options: null, TestContext.Current.CancellationToken);

        provider.Requests.ShouldAllBe(static request => request.Texts.Count <= 2 && request.Texts.Sum(static text => text.Length) <= 8);
        provider.Requests.Sum(static request => request.Texts.Count).ShouldBe(4);
    }

    [Fact]
    public async Task Models_are_chosen_as_the_section_says()
    {
        await using var services = Container("""{ "Models": [ { "Model": "small", "UpToTokens": 10 }, "large" ] }""");
        var asked = new TalkingClient("first");
        using var chat = ((IChatClient)asked).WithModelChoice(services, "a");

        await chat.GetResponseAsync("short", options: null, TestContext.Current.CancellationToken);
        await chat.GetResponseAsync(new string('x', 400), options: null, TestContext.Current.CancellationToken);

        asked.Asked.Select(static options => options?.ModelId).ShouldBe(["small", "large"]);
    }

    [Theory]
    [InlineData("[ \"Limited\" ]", 429, 3)]
    [InlineData("[ \"Limited\" ]", 500, 1)]
    [InlineData("\"Failed\"", 500, 3)]
    public async Task Others_answer_as_the_section_says(string causes, int status, int asked)
    {
        await using var services = Container($$"""{ "Fallback": [ "second", "third" ], "FallbackOn": {{causes}} }""");
        var first = new TalkingClient("first") { Fails = new HttpRequestException("no", inner: null, (System.Net.HttpStatusCode)status) };
        using var chat = ((IChatClient)first).WithFallback(services, "a");

        await Should.ThrowAsync<HttpRequestException>(() => chat.GetResponseAsync("hi", options: null, TestContext.Current.CancellationToken));

        first.Asked.Select(static options => options?.ModelId).ShouldBe(((string?[])[null, "second", "third"])[..asked]);
    }

    [Fact]
    public async Task What_the_section_does_not_say_is_left_as_it_is()
    {
        await using var services = Container("{}");
        using var chat = new TalkingClient("first");

        ((IChatClient)chat).WithModelChoice(services, "a").ShouldBeSameAs(chat);
        ((IChatClient)chat).WithFallback(services, "a").ShouldBeSameAs(chat);
        Should.Throw<InvalidOperationException>(() => ((IChatClient)chat).WithFallback(services, "unknown")).Message.ShouldContain("AddTokenCosts()");
    }

    private static ServiceProvider Container(string section, Action<TokenCostOptions>? configure = null) =>
        Configured.Container(Configured.Service($$"""{ "Limits": "5/minute", "AI": {{section}} }"""), services => services.AddHttpClient("a").AddServiceRateLimiting().AddTokenCosts(configure ?? (static _ => { })));
}
