using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Clients;

/// <summary>An upstream on loopback that answers as OpenAI and Anthropic do, whole and in events, and reports the usage that a test tells it.</summary>
internal sealed class ModelUpstream : IAsyncDisposable
{
    private const string Usage = """{"prompt_tokens":120,"completion_tokens":30,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":20}}""";

    private readonly RealUpstream _upstream;

    private ModelUpstream(RealUpstream upstream)
    {
        _upstream = upstream;
        _upstream.Answers["/v1/chat/completions"] = ChatAsync;
        _upstream.Answers["/v1/messages"] = MessagesAsync;
        _upstream.Answers["/v1/embeddings"] = static context => JsonAsync(context, """{"object":"list","model":"text-embedding-3-small","data":[{"object":"embedding","index":0,"embedding":[0.1,0.2]}],"usage":{"prompt_tokens":9,"total_tokens":9}}""");
        _upstream.Answers["/v1/audio/transcriptions"] = static context => JsonAsync(context, """{"text":"hello","usage":{"type":"duration","seconds":4}}""");
        _upstream.Answers["/v1/failing/chat/completions"] = static context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return JsonAsync(context, """{"error":{"message":"no","type":"invalid_request_error"}}""");
        };
    }

    public Uri Address => _upstream.Address;

    /// <summary>Completes before the last events of a stream are sent.</summary>
    public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All that was written into the last answer, before it was compressed.</summary>
    public StringBuilder Written { get; } = new();

    public static async Task<ModelUpstream> StartAsync() => new(await RealUpstream.StartAsync(Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1));

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static async Task JsonAsync(HttpContext context, string json)
    {
        await DrainAsync(context);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json, context.RequestAborted);
    }

    private static async Task<string> DrainAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync(context.RequestAborted);
    }

    private async Task ChatAsync(HttpContext context)
    {
        var asked = await DrainAsync(context);
        if (!asked.Contains("\"stream\":true", StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$"""{"id":"c","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{{Usage}}}""", context.RequestAborted);
            return;
        }

        await StreamAsync(
            context,
            [Chunk("""{"role":"assistant","content":"usage: \"total_tokens\":"}""", "null"), Chunk("""{"content":" fine"}""", "null")],
            [Chunk("{}", "\"stop\""), $"data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{Usage}}}\n\n", "data: [DONE]\n\n"]);

        static string Chunk(string delta, string finish) =>
            $"data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-mini\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}],\"usage\":null}}\n\n";
    }

    private async Task MessagesAsync(HttpContext context)
    {
        await DrainAsync(context);
        const string Begun = """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":50,"cache_creation_input_tokens":10,"cache_read_input_tokens":400,"output_tokens":1}}}""";
        await StreamAsync(
            context,
            [Event("message_start", Begun), Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""), Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}""")],
            [Event("content_block_stop", """{"type":"content_block_stop","index":0}"""), Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":77}}"""), Event("message_stop", """{"type":"message_stop"}""")]);

        static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";
    }

    private async Task StreamAsync(HttpContext context, string[] first, string[] last)
    {
        context.Response.ContentType = "text/event-stream";
        var isCompressed = context.Request.Headers.AcceptEncoding.Contains("gzip");
        await using Stream? gzip = isCompressed ? new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true) : null;
        if (isCompressed)
        {
            context.Response.Headers.ContentEncoding = "gzip";
        }

        var body = gzip ?? context.Response.Body;
        foreach (var text in first)
        {
            await SendAsync(text);
        }

        await GoOn.Task.WaitAsync(context.RequestAborted);
        foreach (var text in last)
        {
            await SendAsync(text);
        }

        async Task SendAsync(string text)
        {
            Written.Append(text);
            await body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
            await body.FlushAsync(context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
