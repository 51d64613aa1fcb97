using System.Net.Http.Headers;
using System.Text;
using RateLimited.Http.AI.Tests.Audio;

namespace RateLimited.Http.AI.Tests.Estimation;

/// <summary>What is charged for a request beforehand, and what an answer makes of it.</summary>
public sealed class TokenEstimatorTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Messages = "/v1/messages";

    [Theory]
    [InlineData(OutputReserve.MaxTokens, "100", "109 tokens, 9 input-tokens, 100 output-tokens")]
    [InlineData(OutputReserve.MaxTokens, "9000", "9009 tokens, 9 input-tokens, 9000 output-tokens")]
    [InlineData(OutputReserve.MaxTokens, null, "509 tokens, 9 input-tokens, 500 output-tokens")]
    [InlineData(OutputReserve.Expected, "100", "109 tokens, 9 input-tokens, 100 output-tokens")]
    [InlineData(OutputReserve.Expected, "9000", "509 tokens, 9 input-tokens, 500 output-tokens")]
    [InlineData(OutputReserve.Largest, "100", "100 tokens, 9 input-tokens, 100 output-tokens")]
    [InlineData(OutputReserve.Largest, "5", "9 tokens, 9 input-tokens, 5 output-tokens")]
    public async Task Beforehand_is_charged_what_the_provider_counts(OutputReserve reserve, string? maxTokens, string costs)
    {
        using var estimating = new Estimating(new TokenCostOptions { Reserve = reserve }, new LetterCounter());

        // Two letters, four tokens for the message, three for the answer.
        var estimate = await estimating.OfAsync(Chat, $$"""{"model":"letters","messages":[{"role":"user","content":"hi"}]{{(maxTokens is null ? "" : $",\"max_tokens\":{maxTokens}")}}}""");

        Estimating.Line(estimate!.Costs).ShouldBe(costs);
    }

    [Fact]
    public async Task Several_answers_are_reserved_several_times()
    {
        using var estimating = new Estimating(counter: new LetterCounter());

        var estimate = await estimating.OfAsync(Chat, """{"model":"letters","n":3,"max_completion_tokens":50,"messages":[{"role":"user","content":"hi"}]}""");

        Estimating.Line(estimate!.Costs).ShouldBe("159 tokens, 9 input-tokens, 150 output-tokens");
    }

    [Theory]
    [InlineData(true, OutputReserve.MaxTokens, "50 tokens, 20 input-tokens, 30 output-tokens")]
    [InlineData(true, OutputReserve.Largest, "50 tokens, 20 input-tokens, 30 output-tokens")]
    [InlineData(false, OutputReserve.MaxTokens, "109 tokens, 20 input-tokens, 100 output-tokens")]
    [InlineData(false, OutputReserve.Largest, "100 tokens, 20 input-tokens, 100 output-tokens")]
    public async Task Afterwards_is_charged_what_was_used_unless_the_upstream_keeps_what_it_reserved(bool givesBack, OutputReserve reserve, string costs)
    {
        using var estimating = new Estimating(new TokenCostOptions { GivesBack = givesBack, Reserve = reserve }, new LetterCounter());
        var estimate = await estimating.OfAsync(Chat, """{"model":"letters","messages":[{"role":"user","content":"hi"}],"max_tokens":100}""");

        Estimating.Line(Estimating.Settled(estimate!, """{"usage":{"prompt_tokens":20,"completion_tokens":30}}""")).ShouldBe(costs);
    }

    [Fact]
    public async Task What_an_answer_does_not_tell_stays_as_it_was_estimated()
    {
        using var estimating = new Estimating(counter: new LetterCounter());
        var estimate = await estimating.OfAsync(Chat, """{"model":"letters","messages":[{"role":"user","content":"hi"}],"max_tokens":100}""");

        Estimating.Settled(estimate!, """{"choices":[]}""").ShouldHaveSingleItem().Unit.ShouldBe(AIUnits.Usd);
        Estimating.Settled(estimate!, """{"usage":{"prompt_tokens":"twenty","completion_tokens":1e30,"total_tokens":{"a":[]}}}""").ShouldHaveSingleItem().Unit.ShouldBe(AIUnits.Usd);
        Estimating.Line(Estimating.Settled(estimate!, """{"usage":{"completion_tokens":30}}""")).ShouldBe("39 tokens, 9 input-tokens, 30 output-tokens");
    }

    [Theory]
    [InlineData(Messages, CachedTokens.Provider, null, 60)]
    [InlineData(Messages, CachedTokens.Counted, null, 460)]
    [InlineData(Messages, CachedTokens.Free, null, 60)]
    [InlineData(Chat, CachedTokens.Provider, null, 120)]
    [InlineData(Chat, CachedTokens.Free, null, 100)]
    [InlineData(Chat, CachedTokens.Provider, "groq", 100)]
    [InlineData(Chat, CachedTokens.Counted, "groq", 120)]
    public async Task Tokens_of_a_cache_count_as_the_provider_has_it(string path, CachedTokens cached, string? preset, long input)
    {
        using var estimating = new Estimating(new TokenCostOptions { CachedTokens = cached }, preset: preset);
        var estimate = await estimating.OfAsync(path, """{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":100}""");

        var settled = Estimating.Settled(estimate!, path == Messages
            ? """{"usage":{"input_tokens":50,"cache_creation_input_tokens":10,"cache_read_input_tokens":400,"output_tokens":7}}"""
            : """{"usage":{"prompt_tokens":120,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":20}}}""");

        Estimating.Line(settled).ShouldBe($"{input + 7} tokens, {input} input-tokens, 7 output-tokens");
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"model":"letters","input":["one","three"]}""", "8 tokens, 8 input-tokens, 0 output-tokens")]
    [InlineData("/v1/embeddings", """{"model":"text-embedding-3-small","input":[[1,2,3],[4,5]]}""", "5 tokens, 5 input-tokens, 0 output-tokens")]
    [InlineData("/v1/moderations", """{"model":"letters","input":"three"}""", "5 tokens, 5 input-tokens, 0 output-tokens")]
    [InlineData("/v1/completions", """{"model":"letters","prompt":"three","max_tokens":9}""", "14 tokens, 5 input-tokens, 9 output-tokens")]
    [InlineData("/v1/responses", """{"model":"letters","input":"three","max_output_tokens":9}""", "21 tokens, 12 input-tokens, 9 output-tokens")]
    [InlineData("/v1/messages/", """{"model":"letters","system":"be","messages":[{"role":"user","content":[{"type":"text","text":"three"}]}],"max_tokens":9}""", "23 tokens, 14 input-tokens, 9 output-tokens")]
    [InlineData("/openai/deployments/letters%20one/chat/completions?api-version=1", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":9}""", "18 tokens, 9 input-tokens, 9 output-tokens")]
    [InlineData("/v1/images/generations", """{"model":"dall-e-3","prompt":"a sea","n":4}""", "4 images")]
    [InlineData("/v1/audio/speech", """{"model":"tts-1","input":"hello"}""", "")]
    public async Task Each_shape_has_its_units(string path, string body, string costs)
    {
        using var estimating = new Estimating(counter: new LetterCounter());

        Estimating.Line((await estimating.OfAsync(path, body))!.Costs).ShouldBe(costs);
    }

    [Fact]
    public async Task Images_in_a_prompt_are_counted_and_their_bytes_are_not()
    {
        using var estimating = new Estimating(counter: new LetterCounter());
        var image = Convert.ToBase64String(new byte[100_000]);

        var estimate = await estimating.OfAsync(Chat, $$"""
            {"model":"letters","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{image}}"} }]}]}
            """);

        Estimating.Line(estimate!.Costs).ShouldBe("18 tokens, 9 input-tokens, 9 output-tokens, 1 input-images");
    }

    [Theory]
    [InlineData(null, 3_000, null, "3 audio-seconds, 0.05 audio-minutes")]
    [InlineData(null, 3_000, null, "10 audio-seconds, 0.166667 audio-minutes", "groq")]
    [InlineData(null, 15_000, null, "15 audio-seconds, 0.25 audio-minutes", "groq")]
    [InlineData(4, 3_000, null, "4 audio-seconds, 0.066667 audio-minutes", "groq")]
    [InlineData(0, 3_000, null, "3 audio-seconds, 0.05 audio-minutes")]
    [InlineData(0, 3_100, null, "3.1 audio-seconds, 0.051667 audio-minutes")]
    [InlineData(10, 3_000, null, "10 audio-seconds, 0.166667 audio-minutes")]
    [InlineData(10, 15_000, null, "15 audio-seconds, 0.25 audio-minutes")]
    [InlineData(10, 15_000, "4", "10 audio-seconds, 0.166667 audio-minutes")]
    [InlineData(0, 15_000, "14", "14 audio-seconds, 0.233334 audio-minutes")]
    public async Task Audio_is_charged_by_its_length_and_no_less_than_the_minimum(int? minimum, int milliseconds, string? reported, string costs, string? preset = null)
    {
        using var estimating = new Estimating(new TokenCostOptions { AudioMinimum = minimum is { } seconds ? TimeSpan.FromSeconds(seconds) : null }, preset: preset);
        using var form = new MultipartFormDataContent { { new StringContent("whisper-1"), "model" } };
        var file = new ByteArrayContent(Recordings.Wav(milliseconds));
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        form.Add(file, "file", "speech.wav");

        var estimate = await estimating.OfAsync("/v1/audio/transcriptions", form);

        Estimating.Line(reported is null ? estimate!.Costs : Estimating.Settled(estimate!, $$"""{"text":"hi","usage":{"type":"duration","seconds":{{reported}} } }""")).ShouldBe(costs);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task What_asks_no_model_is_not_estimated(string method)
    {
        using var estimating = new Estimating();
        (await estimating.OfAsync("/v1/files", "{}")).ShouldBeNull();
        (await estimating.OfAsync("/v1/models", "{}")).ShouldBeNull();
        RateLimited.Http.AI.Requests.RequestShapes.Of(new HttpRequestMessage(new HttpMethod(method), "https://upstream.test/v1/chat/completions")).ShouldBeNull();
    }

    [Fact]
    public async Task A_tokenizer_is_given_each_text_whole_and_decoded()
    {
        var counter = new LetterCounter();
        using var estimating = new Estimating(counter: counter);

        await estimating.OfAsync(Chat, """
            {"messages":[{"role":"system","content":"caf\u00e9\n"},{"role":"user","content":[{"type":"text","text":"\ud83d\ude00 and 😀"},{"type":"text","text":""}]}],"model":"letters-2"}
            """);

        counter.Texts.Where(static text => !text.EndsWith(": system", StringComparison.Ordinal) && !text.EndsWith(": user", StringComparison.Ordinal)).ShouldBe(["letters-2: café\n", "letters-2: 😀 and 😀"]);
    }

    [Fact]
    public async Task Of_a_model_that_the_tokenizer_does_not_know_tokens_are_estimated()
    {
        using var estimating = new Estimating(counter: new LetterCounter());
        var body = $$"""{"model":"other","messages":[{"role":"user","content":"{{new string('x', 3_000)}}"}],"max_tokens":1}""";

        var input = (await estimating.OfAsync(Chat, body))!.Costs.Single(static cost => cost.Unit == AIUnits.InputTokens).Amount;

        input.ShouldBeInRange(300, 2_900);
    }

    [Fact]
    public async Task What_answers_report_is_learned()
    {
        using var estimating = new Estimating();
        const string Body = """{"model":"m","messages":[{"role":"user","content":"The quick brown fox jumps over the lazy dog, again and again and again."}]}""";
        var before = (await estimating.OfAsync(Chat, Body))!;
        for (var i = 0; i < 60; i++)
        {
            Estimating.Settled((await estimating.OfAsync(Chat, Body))!, """{"usage":{"prompt_tokens":80,"completion_tokens":40}}""");
        }

        var after = (await estimating.OfAsync(Chat, Body))!;

        // Four times as many as letters alone would say, and one in ten above it at most.
        before.Costs.Single(static cost => cost.Unit == AIUnits.InputTokens).Amount.ShouldBeLessThan(50);
        after.Costs.Single(static cost => cost.Unit == AIUnits.InputTokens).Amount.ShouldBeInRange(80, 88);
        after.Costs.Single(static cost => cost.Unit == AIUnits.OutputTokens).Amount.ShouldBeInRange(40, 80);
        estimating.Spend.Models.ShouldHaveSingleItem().Learned.ShouldBe(60);
    }

    [Fact]
    public async Task A_body_that_can_be_sent_but_once_is_judged_by_its_length()
    {
        using var estimating = new Estimating();
        var content = new StreamContent(new OnlyOnce(new byte[6_000_000]));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentLength = 6_000_000;

        var input = (await estimating.OfAsync(Chat, content))!.Costs.Single(static cost => cost.Unit == AIUnits.InputTokens).Amount;

        input.ShouldBeInRange(1_000_000, 2_500_000);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_costs_what_nothing_costs()
    {
        using var estimating = new Estimating();
        foreach (var body in (string[])["", "[", "nothing", "{\"messages\":5,\"max_tokens\":\"many\"}", new string('{', 2_000)])
        {
            var estimate = await estimating.OfAsync(Chat, body);
            estimate!.Costs.Single(static cost => cost.Unit == AIUnits.OutputTokens).Amount.ShouldBe(500);
        }
    }

    private sealed class OnlyOnce(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
