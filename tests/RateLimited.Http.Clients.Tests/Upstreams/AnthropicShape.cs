using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>Messages, their events, and headers whose reset is a date in whole seconds.</summary>
internal sealed class AnthropicShape : IProviderShape
{
    private const string Message = """{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[CONTENT],"stop_reason":STOP,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}""";

    public string StreamType => "text/event-stream";

    public string? KeyOf(HttpRequest request) => request.Headers.Authorization.ToString() is { Length: > 7 } bearer ? bearer["Bearer ".Length..] : request.Headers["x-api-key"].SingleOrDefault();

    public async Task<Question> ReadAsync(HttpRequest request)
    {
        request.Path.Value.ShouldBe("/v1/messages");
        using var body = await JsonDocument.ParseAsync(request.Body);
        var text = body.RootElement.GetProperty("messages")[0].GetProperty("content").GetString();
        return new Question(text!, body.RootElement.TryGetProperty("stream", out var streams) && streams.GetBoolean());
    }

    public void Report(DoorReading reading, IHeaderDictionary headers)
    {
        headers["anthropic-ratelimit-requests-limit"] = reading.Limit.ToString(CultureInfo.InvariantCulture);
        headers["anthropic-ratelimit-requests-remaining"] = reading.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["anthropic-ratelimit-requests-reset"] = (DateTimeOffset.UtcNow + reading.UntilFull).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    public string Answer(string text) => Whole($$"""{"type":"text","text":{{JsonSerializer.Serialize(text)}}}""", stop: "\"end_turn\"");

    public string Failure(int status) => status == StatusCodes.Status429TooManyRequests
        ? """{"type":"error","error":{"type":"rate_limit_error","message":"Number of requests has exceeded your rate limit."}}"""
        : """{"type":"error","error":{"type":"api_error","message":"Internal server error"}}""";

    public string StreamBegin() =>
        Event("message_start", $$"""{"type":"message_start","message":{{Whole("", stop: "null")}}}""")
        + Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""");

    public string StreamPiece(string text) =>
        Event("content_block_delta", $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{JsonSerializer.Serialize(text)}}}}}""");

    public string StreamEnd() =>
        Event("content_block_stop", """{"type":"content_block_stop","index":0}""")
        + Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}""")
        + Event("message_stop", """{"type":"message_stop"}""");

    private static string Whole(string content, string stop) =>
        Message.Replace("CONTENT", content, StringComparison.Ordinal).Replace("STOP", stop, StringComparison.Ordinal);

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";
}
