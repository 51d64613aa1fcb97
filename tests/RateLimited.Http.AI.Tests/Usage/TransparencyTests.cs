using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.AI.Tests.Usage;

/// <summary>Whatever an upstream sends, however it is cut and compressed and however it is read, arrives byte for byte as it came, and is settled by what it says.</summary>
public sealed class TransparencyTests
{
    private static readonly string[] Codings = ["", "gzip", "deflate", "br"];

    private static readonly string[] Words = ["journey", "ünï", "世界", "\\u00e9", "\\\"usage\\\":{\\\"completion_tokens\\\":9}", "\\n\\n", "total_tokens", "😀"];

    [Fact]
    public async Task What_comes_is_what_was_sent()
    {
        using var upstream = new RandomUpstream();
        await using var services = Configured.Container(Configured.Service("""{ "Limits": [ "100000/second", "1000000000 tokens/second" ], "AI": {} }"""), services =>
            services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://upstream.test/")).AddServiceRateLimiting().AddTokenCosts().ConfigurePrimaryHttpMessageHandler(() => upstream));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        var (told, random) = (0L, new Random(11));

        for (var round = 0; round < 300; round++)
        {
            upstream.Coding = Codings[random.Next(Codings.Length)];
            upstream.IsStream = random.Next(2) == 0;
            var answer = random.Next(1, 5_000);
            upstream.Body = Compressed(upstream.IsStream ? Events(random, answer) : Document(random, answer), upstream.Coding);
            upstream.Seed = round;
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent("""{"model":"m","messages":[]}""", Encoding.UTF8, "application/json") };

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            var read = await ReadAsync(response, random);

            read.ShouldBe(upstream.Body, $"round {round}: {upstream.Coding} {upstream.IsStream}");
            told += answer;
            services.GetRequiredKeyedService<ITokenCosts>("a").GetSpend().Models.ShouldHaveSingleItem().OutputTokens.ShouldBe(told, $"round {round}: {upstream.Coding} {upstream.IsStream}");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Random random)
    {
        using var read = new MemoryStream();
        if (random.Next(4) == 0)
        {
            await response.Content.CopyToAsync(read, TestContext.Current.CancellationToken);
            return read.ToArray();
        }

        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[3_000];
        while (true)
        {
            var piece = buffer.AsMemory(0, random.Next(1, random.Next(2) == 0 ? 8 : buffer.Length));
            var bytes = random.Next(3) == 0 ? Blocking(stream, piece.Span) : await stream.ReadAsync(piece, TestContext.Current.CancellationToken);
            if (bytes == 0)
            {
                return read.ToArray();
            }

            await read.WriteAsync(piece[..bytes], TestContext.Current.CancellationToken);
        }
    }

    private static int Blocking(Stream stream, Span<byte> piece) => stream.Read(piece);

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(0, 40)).Select(_ => Words[random.Next(Words.Length)]));

    private static string Document(Random random, int answer) =>
        $$$"""{"model":"m","choices":[{"message":{"content":"{{{Text(random)}}}"}}],"usage":{"prompt_tokens":3,"completion_tokens":{{{answer}}}},"note":"{{{Text(random)}}}"}""";

    private static string Events(Random random, int answer)
    {
        var end = random.Next(4) == 0 ? "\r\n" : "\n";
        var events = new StringBuilder();
        for (var i = random.Next(0, 30); i > 0; i--)
        {
            events.Append("data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"").Append(Text(random)).Append("\"}}],\"usage\":null}").Append(end).Append(end);
        }

        return events.Append("data: {\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":").Append(answer).Append("}}").Append(end).Append(end)
            .Append("data: [DONE]").Append(end).Append(end).ToString();
    }

    private static byte[] Compressed(string text, string coding)
    {
        using var compressed = new MemoryStream();
        using (var coder = coding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            _ => (Stream?)null,
        })
        {
            (coder ?? compressed).Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }

    /// <summary>Answers with one body in pieces of any size.</summary>
    private sealed class RandomUpstream : HttpMessageHandler
    {
        public byte[] Body { get; set; } = [];

        public string Coding { get; set; } = "";

        public bool IsStream { get; set; }

        public int Seed { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = new StreamContent(new PiecesStream(Body, Seed));
            content.Headers.ContentType = new MediaTypeHeaderValue(IsStream ? "text/event-stream" : "application/json");
            if (Coding.Length > 0)
            {
                content.Headers.ContentEncoding.Add(Coding);
            }

            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = content });
        }
    }

    private sealed class PiecesStream(byte[] bytes, int seed) : MemoryStream(bytes)
    {
        private readonly Random _random = new(seed);

        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, _random.Next(1, 600)));

        public override int Read(Span<byte> buffer)
        {
            var piece = new byte[buffer.Length];
            var read = Read(piece, 0, piece.Length);
            piece.AsSpan(0, read).CopyTo(buffer);
            return read;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[1_000];
            while (await ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
    }
}
