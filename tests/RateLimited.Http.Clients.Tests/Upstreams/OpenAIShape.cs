using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>Chat completions, their server-sent events, and the headers of a bucket whose reset is when it is full.</summary>
internal sealed class OpenAIShape : IProviderShape
{
    public string StreamType => "text/event-stream";

    public string? KeyOf(HttpRequest request) => request.Headers.Authorization.ToString() is { Length: > 7 } bearer ? bearer["Bearer ".Length..] : null;

    public async Task<Question> ReadAsync(HttpRequest request)
    {
        request.Path.Value.ShouldBe("/v1/chat/completions");
        using var body = await JsonDocument.ParseAsync(request.Body);
        var content = body.RootElement.GetProperty("messages")[0].GetProperty("content");
        var text = content.ValueKind == JsonValueKind.Array ? content[0].GetProperty("text").GetString() : content.GetString();
        return new Question(text!, body.RootElement.TryGetProperty("stream", out var streams) && streams.GetBoolean());
    }

    public void Report(DoorReading reading, IHeaderDictionary headers)
    {
        headers["x-ratelimit-limit-requests"] = reading.Limit.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = reading.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = string.Create(CultureInfo.InvariantCulture, $"{(long)reading.UntilFull.TotalMilliseconds}ms");
        headers["x-ratelimit-limit-tokens"] = "180000000";
        headers["x-ratelimit-remaining-tokens"] = "179999990";
        headers["x-ratelimit-reset-tokens"] = "0s";
    }

    public string Answer(string text) =>
        $$$"""
        {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}}},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
        """;

    public string Failure(int status) => status == StatusCodes.Status429TooManyRequests
        ? """{"error":{"message":"Rate limit reached for gpt-4o-mini.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"""
        : """{"error":{"message":"The server had an error.","type":"server_error","param":null,"code":null}}""";

    public string StreamBegin() => Event("""{"role":"assistant","content":""}""", finish: "null");

    public string StreamPiece(string text) => Event($$"""{"content":{{JsonSerializer.Serialize(text)}}}""", finish: "null");

    public string StreamEnd() => Event("{}", finish: "\"stop\"") + "data: [DONE]\n\n";

    private static string Event(string delta, string finish) =>
        $$$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{{{delta}}},"finish_reason":{{{finish}}}}]}""" + "\n\n";
}
