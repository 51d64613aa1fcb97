using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ChatFleet.Upstream;

/// <summary>An answer as it is streamed: events of a few words each, and what was used at the end.</summary>
internal static class ChatStream
{
    private const int WordsOfEvent = 8;

    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(20);

    public static async Task WriteAsync(HttpResponse response, ChatQuestion question, TimeProvider time, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        await WriteAsync(response, Chunk(question, """{"role":"assistant","content":""}""", finish: "null"), cancellationToken);
        for (var said = 0; said < question.Answer; said += WordsOfEvent)
        {
            await Task.Delay(Thinking, time, cancellationToken);
            var words = string.Concat(Enumerable.Repeat("word ", Math.Min(WordsOfEvent, question.Answer - said)));
            await WriteAsync(response, Chunk(question, $$"""{"content":"{{words}}"}""", finish: "null"), cancellationToken);
        }

        await WriteAsync(response, Chunk(question, "{}", finish: "\"stop\""), cancellationToken);
        if (question.WantsUsage)
        {
            var usage = string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"prompt_tokens":{{question.Prompt}},"completion_tokens":{{question.Answer}},"total_tokens":{{question.Prompt + question.Answer}}}""");
            await WriteAsync(response, $$"""{{Head(question)}},"choices":[],"usage":{{usage}}}""", cancellationToken);
        }

        await WriteAsync(response, "[DONE]", cancellationToken);
    }

    private static string Chunk(ChatQuestion question, string delta, string finish) => $$"""{{Head(question)}},"choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""";

    private static string Head(ChatQuestion question) => $$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":{{JsonSerializer.Serialize(question.Model)}}""";

    private static async Task WriteAsync(HttpResponse response, string data, CancellationToken cancellationToken)
    {
        await response.WriteAsync($"data: {data}\n\n", cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
