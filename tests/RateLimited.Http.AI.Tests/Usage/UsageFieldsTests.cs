using System.Text;
using RateLimited.Http.AI.Requests;
using RateLimited.Http.AI.Usage;
using RateLimited.Http.Costs;
using RateLimited.Http.Costs.Bodies;
using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.AI.Tests.Usage;

/// <summary>Usage as the providers report it, in documents and in streams, and as nobody should.</summary>
public sealed class UsageFieldsTests
{
    [Theory]
    [InlineData("Chat", """{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":64}}}""", "100 in, 64 cached, 20 out, gpt-4o-2024-08-06")]
    [InlineData("Chat", """{"usage":{"prompt_tokens":100,"completion_tokens":20}}""", "100 in, 20 out")]
    [InlineData("Chat", """{"usage":{"prompt_tokens":100,"prompt_cache_hit_tokens":30,"completion_tokens":20}}""", "100 in, 30 cached, 20 out")]
    [InlineData("Chat", """{"usage":null,"x_groq":{"usage":{"prompt_tokens":7,"completion_tokens":3}}}""", "7 in, 3 out")]
    [InlineData("Responses", """{"usage":{"input_tokens":50,"input_tokens_details":{"cached_tokens":10},"output_tokens":5}}""", "50 in, 10 cached, 5 out")]
    [InlineData("Messages", """{"model":"claude-sonnet-4-5","usage":{"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":1000,"output_tokens":7}}""", "1210 in, 1000 cached, 200 written, 7 out, claude-sonnet-4-5")]
    [InlineData("Embeddings", """{"data":[{"embedding":[0.1]}],"usage":{"prompt_tokens":8,"total_tokens":8}}""", "8 in")]
    [InlineData("Transcription", """{"text":"hi","usage":{"type":"duration","seconds":9}}""", "9 s")]
    [InlineData("Transcription", """{"text":"hi","duration":8.47}""", "8.47 s")]
    [InlineData("Chat", """{"duration":8.47}""", "")]
    [InlineData("Chat", """{"usage":{"seconds":9}}""", "")]
    [InlineData("Chat", """{"choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":1}"}}]}""", "")]
    [InlineData("Chat", """{}""", "")]
    [InlineData("Chat", """{"usage":{"prompt_tokens":"100","completion_tokens":20}}""", "20 out, odd usage.prompt_tokens")]
    [InlineData("Chat", """{"usage":{"prompt_tokens":1000000000000000000000000000000,"completion_tokens":-1}}""", "odd usage.prompt_tokens")]
    [InlineData("Chat", """{"usage":{"prompt_tokens":1.5,"completion_tokens":{"x":1}}}""", "odd usage.prompt_tokens")]
    [InlineData("Chat", """{"usage":"none"}""", "")]
    [InlineData("Chat", """{"usage":{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":999}}}""", "10 in, 10 cached")]
    public void Of_a_document(string shape, string body, string found) => Read(Enum.Parse<RequestShape>(shape), body, isStream: false).ShouldBe(found);

    [Theory]
    [InlineData("Chat", true, "12 in, 3 out, gpt-4o", """{"model":"gpt-4o","choices":[{"delta":{"content":"a"}}],"usage":null}""", """{"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3}}""", "[DONE]")]
    [InlineData("Chat", false, "12 in, 3 out", """{"usage":{"prompt_tokens":12,"completion_tokens":3}}""", "[DONE]", "")]
    [InlineData("Chat", true, "", """{"choices":[{"delta":{"content":"a"}}]}""", "[DONE]", "")]
    [InlineData("Responses", true, "9 in, 4 out, gpt-5", """{"type":"response.created","response":{"model":"gpt-5","usage":null}}""", """{"type":"response.output_text.delta","delta":"usage"}""", """{"type":"response.completed","response":{"model":"gpt-5","usage":{"input_tokens":9,"output_tokens":4}}}""")]
    [InlineData("Messages", true, "25 in, 15 out, claude", """{"type":"message_start","message":{"model":"claude","usage":{"input_tokens":25,"output_tokens":1}}}""", """{"type":"content_block_delta","delta":{"text":"x"}}""", """{"type":"message_delta","usage":{"output_tokens":15}}""")]
    [InlineData("Messages", false, "25 in, 15 out", """{"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}""", """{"type":"message_delta","usage":{"output_tokens":15}}""", "")]
    [InlineData("Messages", false, "25 in", """{"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}""", """{"type":"content_block_delta"}""", "")]
    public void Of_a_stream(string shape, bool isComplete, string found, string one, string two, string three) =>
        Read(Enum.Parse<RequestShape>(shape), string.Concat(new[] { one, two, three }.Select(static data => $"event: x\ndata: {data}\n\n")), isStream: true, isComplete).ShouldBe(found);

    [Fact]
    public void What_comes_from_a_cache_counts_or_does_not()
    {
        var usage = new TokenUsage(100, CacheRead: 60, CacheWrite: 10, Output: 5, AudioSeconds: null);

        usage.Counted(isCacheFree: true).ShouldBe(40);
        usage.Counted(isCacheFree: false).ShouldBe(100);
        default(TokenUsage).Counted(isCacheFree: true).ShouldBeNull();
    }

    private static string Read(RequestShape shape, string body, bool isStream, bool isComplete = true)
    {
        var values = new JsonValues(UsageFields.PathsOf(shape).Json);
        var scanner = new JsonValueScanner(values);
        var events = new EventStreamReader(scanner);
        foreach (var piece in Encoding.UTF8.GetBytes(body).Chunk(5))
        {
            if (isStream)
            {
                events.Feed(piece);
            }
            else
            {
                scanner.Feed(piece);
            }
        }

        scanner.End();
        var found = new UsageValues(values);
        var usage = UsageFields.Read(found, shape, isComplete, out var odd);
        string?[] parts =
        [
            usage.Input is { } input ? $"{input} in" : null, usage.CacheRead > 0 ? $"{usage.CacheRead} cached" : null, usage.CacheWrite > 0 ? $"{usage.CacheWrite} written" : null,
            usage.Output is { } output ? $"{output} out" : null, usage.AudioSeconds is { } seconds ? FormattableString.Invariant($"{seconds} s") : null, UsageFields.ModelOf(found),
            odd is null ? null : $"odd {odd}",
        ];
        return string.Join(", ", parts.OfType<string>());
    }
}
