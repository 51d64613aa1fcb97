using System.Net;
using System.Text;
using System.Text.Json;

namespace RateLimited.Http.Testing.Tests.Answers;

/// <summary>What clients of OpenAI and of Anthropic read: usage that adds up, streams with their ends, and estimates that are corrected by them.</summary>
public sealed class ModelAnswerTests
{
    private const string Prompt = "Tell me something that I do not know yet.";

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_completion_has_the_usage_that_the_limit_ends_up_with()
    {
        var upstream = Upstream.Preset("openai").Time(_time).Build();

        var answer = await AskAsync(upstream, "/v1/chat/completions", $$"""{"model":"gpt","max_tokens":100,"messages":[{"role":"user","content":"{{Prompt}}"}]}""");

        var usage = answer.GetProperty("usage");
        var (prompt, completion) = (usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64());
        prompt.ShouldBe((Prompt.Length + "user".Length + 3) / 4);
        completion.ShouldBeInRange(1, 100);
        usage.GetProperty("total_tokens").GetInt64().ShouldBe(prompt + completion);
        answer.GetProperty("model").GetString().ShouldBe("gpt");
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.Length.ShouldBe((int)completion * 4);
        upstream.Books["tokens"].Ok.ShouldBe(prompt + completion);
    }

    [Fact]
    public async Task Until_the_answer_ends_its_estimate_counts()
    {
        var upstream = Upstream.Preset("openai").Work(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)).Time(_time).Build();
        using var client = Client(upstream);

        using var response = await client.SendAsync(Request("/v1/chat/completions", """{"max_tokens":3000,"messages":[]}"""), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        response.Headers.GetValues("x-ratelimit-remaining-tokens").ShouldBe(["196999"]);
        upstream.Books["tokens"].Ok.ShouldBe(3001);
        _time.Advance(TimeSpan.FromSeconds(1));
        upstream.Books["tokens"].Ok.ShouldBeLessThan(3001);
    }

    [Fact]
    public async Task A_stream_says_word_by_word_what_it_says_and_its_usage_when_asked()
    {
        var upstream = Upstream.Preset("openai").Time(_time).Build();

        var events = await StreamAsync(upstream, "/v1/chat/completions", """{"max_tokens":50,"stream":true,"stream_options":{"include_usage":true},"messages":[{"content":"Hi"}]}""");

        events[^1].ShouldBe("[DONE]");
        var chunks = events[..^1].Select(Parsed).ToArray();
        var text = string.Concat(chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Select(choice => choice.GetProperty("delta"))
            .Select(delta => delta.TryGetProperty("content", out var content) ? content.GetString() : ""));
        var usage = chunks[^1].GetProperty("usage");
        text.Length.ShouldBe(usage.GetProperty("completion_tokens").GetInt32() * 4);
        chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
        upstream.Books["tokens"].Ok.ShouldBe(usage.GetProperty("total_tokens").GetInt64());
    }

    [Fact]
    public async Task Embeddings_are_as_many_as_the_texts_and_cost_their_tokens()
    {
        var upstream = Upstream.Preset("openai").Time(_time).Build();

        var answer = await AskAsync(upstream, "/v1/embeddings", """{"model":"e","input":["12345678","1234"]}""");

        answer.GetProperty("data").GetArrayLength().ShouldBe(2);
        answer.GetProperty("usage").GetProperty("total_tokens").GetInt64().ShouldBe(3);
        upstream.Books["tokens"].Ok.ShouldBe(3);
    }

    [Fact]
    public async Task A_message_counts_what_goes_in_and_what_comes_out_apart()
    {
        var upstream = Upstream.Preset("anthropic").Time(_time).Build();

        var answer = await AskAsync(upstream, "/v1/messages", $$"""{"model":"claude","max_tokens":80,"messages":[{"role":"user","content":[{"type":"text","text":"{{Prompt}}"}]}]}""");

        var usage = answer.GetProperty("usage");
        upstream.Books["input-tokens"].Ok.ShouldBe(usage.GetProperty("input_tokens").GetInt64());
        upstream.Books["output-tokens"].Ok.ShouldBe(usage.GetProperty("output_tokens").GetInt64());
        answer.GetProperty("type").GetString().ShouldBe("message");
        answer.GetProperty("content")[0].GetProperty("text").GetString()!.Length.ShouldBe(usage.GetProperty("output_tokens").GetInt32() * 4);
    }

    [Fact]
    public async Task A_stream_of_messages_names_its_events()
    {
        var upstream = Upstream.Preset("anthropic").Time(_time).Build();

        var events = (await StreamAsync(upstream, "/v1/messages", """{"max_tokens":30,"stream":true,"messages":[]}""")).Select(Parsed).ToArray();

        events.Select(one => one.GetProperty("type").GetString()).Distinct().ShouldBe(
            ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
        var words = events.Where(one => one.GetProperty("type").GetString() == "content_block_delta").Sum(one => one.GetProperty("delta").GetProperty("text").GetString()!.Length);
        words.ShouldBe(events[^2].GetProperty("usage").GetProperty("output_tokens").GetInt32() * 4);
    }

    [Theory]
    [InlineData("openai", "/v1/chat/completions")]
    [InlineData("anthropic", "/v1/messages")]
    public async Task What_is_no_request_to_a_model_is_the_callers_fault_and_costs_a_request(string provider, string path)
    {
        foreach (var body in (string[])["", "{", "[]", "null", "\"text\""])
        {
            var upstream = Upstream.Preset(provider).Time(_time).Build();
            using var client = Client(upstream);

            using var response = await client.SendAsync(Request(path, body), TestContext.Current.CancellationToken);

            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            Parsed(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error").GetProperty("type").GetString().ShouldBe("invalid_request_error");
            upstream.Books["requests"].Ok.ShouldBe(1);
        }
    }

    [Fact]
    public async Task What_a_caller_writes_in_his_model_does_not_break_the_answer()
    {
        var upstream = Upstream.Preset("openai").Time(_time).Build();

        var answer = await AskAsync(upstream, "/v1/chat/completions", """{"model":"a\"},{\"b\n","max_tokens":99999999999,"stream":"yes","messages":7}""");

        answer.GetProperty("model").GetString().ShouldBe("a\"},{\"b\n");
    }

    [Fact]
    public async Task A_query_reserves_what_it_may_cost_and_gets_back_what_it_did_not()
    {
        var upstream = Upstream.Preset("shopify-graphql").Time(_time).Build();

        var answer = await AskAsync(upstream, "/admin/api/2026-01/graphql.json", """{"query":"{ products(first: 50) { nodes { variants(last:10) { id } } } }"}""");

        var cost = answer.GetProperty("extensions").GetProperty("cost");
        cost.GetProperty("requestedQueryCost").GetInt64().ShouldBe(61);
        var actual = cost.GetProperty("actualQueryCost").GetInt64();
        cost.GetProperty("throttleStatus").GetProperty("currentlyAvailable").GetInt64().ShouldBe(1000 - actual);
        upstream.Books["points"].Ok.ShouldBe(actual);
    }

    private static HttpClient Client(Upstream upstream) => new(upstream.CreateHandler()) { BaseAddress = new Uri("https://api.test/") };

    private static HttpRequestMessage Request(string path, string body) => new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static async Task<JsonElement> AskAsync(Upstream upstream, string path, string body)
    {
        using var client = Client(upstream);
        using var response = await client.SendAsync(Request(path, body), TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return Parsed(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string[]> StreamAsync(Upstream upstream, string path, string body)
    {
        using var client = Client(upstream);
        using var response = await client.SendAsync(Request(path, body), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return [.. text.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..])];
    }

    private static JsonElement Parsed(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
