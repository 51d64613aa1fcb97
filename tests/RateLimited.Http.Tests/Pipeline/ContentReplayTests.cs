using System.Net;
using System.Net.Http.Json;
using System.Text;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>H12: the zoo of contents, and what of it can be sent again.</summary>
public sealed class ContentReplayTests : IDisposable
{
    private const string Text = "what is to be sent";

    private readonly LimitedService _service = new LimitedService(LimitedService.Window(1000)).With(ResilientChain.Usual);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    /// <summary>Name, content, and whether it is sent twice.</summary>
    public static TheoryData<string, bool> Zoo => new()
    {
        { "none", true },
        { "string", true },
        { "bytes", true },
        { "form", true },
        { "memory", true },
        { "json", true },
        { "json list", true },
        { "json lazy", false },
        { "stream", true },
        { "stream from its middle", true },
        { "stream that was moved", true },
        { "stream that cannot seek", false },
        { "stream that cannot seek, of known length", true },
        { "stream that cannot seek, too long", false },
        { "multipart", true },
        { "multipart of a stream", true },
        { "multipart of a stream that cannot seek", false },
        { "form data", true },
        { "pushed", false },
        { "pushed, of known length", true },
        { "derived from bytes", true },
    };

    public void Dispose() => _service.Dispose();

    [Theory]
    [Fault("H12")]
    [MemberData(nameof(Zoo))]
    [Fault("PEERS_H6")]
    public async Task H12_what_is_sent_again_is_the_same_and_what_would_not_be_is_not_sent_again(string name, bool twice)
    {
        var bodies = new List<string>();
        using var invoker = _service.Through(async (request, token) =>
        {
            bodies.Add(request.Content is null ? string.Empty : await SentAsync(request.Content, token));
            return new HttpResponseMessage(bodies.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        });
        using var request = new HttpRequestMessage(HttpMethod.Put, "https://upstream.test/") { Content = Content(name) };

        var response = await invoker.SendAsync(request, Ended).WithinTimeAsync(_service.Time);

        response.StatusCode.ShouldBe(twice ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, "the failure is handed over as it is");
        bodies.Count.ShouldBe(twice ? 2 : 1);
        bodies[^1].ShouldBe(bodies[0]);
        if (name is not "none")
        {
            bodies[0].ShouldContain("sent");
        }
    }

    [Fact]
    public void Nothing_is_read_before_it_is_known_to_fit()
    {
        var stream = new OneWayStream();
        using var content = new StreamContent(stream) { Headers = { ContentLength = 11 } };

        ContentReplays.Of(content, maxBuffer: 10).ShouldBe(ContentReplay.TooLarge);
        ContentReplays.Of(content, maxBuffer: 11).ShouldBe(ContentReplay.AfterBuffering);
        ContentReplays.Of(content, maxBuffer: 0).ShouldBe(ContentReplay.TooLarge);
        stream.Position.ShouldBe(0);
    }

    private static async Task<string> SentAsync(HttpContent content, CancellationToken token)
    {
        using var wire = new MemoryStream();
        await content.CopyToAsync(wire, token);
        return Encoding.UTF8.GetString(wire.ToArray());
    }

    private static HttpContent? Content(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        var middle = new MemoryStream(bytes) { Position = 5 };
        var moved = new StreamContent(new MemoryStream(bytes)) is var content ? content : null;
        if (name == "stream that was moved")
        {
            moved!.ReadAsStream().ReadByte();
        }

        return name switch
        {
            "none" => null,
            "string" => new StringContent(Text),
            "bytes" => new ByteArrayContent(bytes),
            "form" => new FormUrlEncodedContent([new("sent", "x")]),
            "memory" => new ReadOnlyMemoryContent(bytes),
            "json" => JsonContent.Create(new { Text }),
            "json list" => JsonContent.Create(new[] { Text }),
            "json lazy" => JsonContent.Create(Enumerable.Range(0, 3).Select(static number => $"sent{number}")),
            "stream" => new StreamContent(new MemoryStream(bytes)),
            "stream from its middle" => new StreamContent(middle),
            "stream that was moved" => moved,
            "stream that cannot seek" => new StreamContent(new OneWayStream()),
            "stream that cannot seek, of known length" => new StreamContent(new OneWayStream()) { Headers = { ContentLength = bytes.Length } },
            "stream that cannot seek, too long" => new StreamContent(new OneWayStream()) { Headers = { ContentLength = 2_000_000 } },
            "multipart" => new MultipartContent { new StringContent(Text) },
            "multipart of a stream" => new MultipartContent { new StreamContent(new MemoryStream(bytes)) },
            "multipart of a stream that cannot seek" => new MultipartContent { new StreamContent(new OneWayStream()) },
            "form data" => new MultipartFormDataContent { { new StringContent(Text), "x" } },
            "pushed" => new PushedContent(null),
            "pushed, of known length" => new PushedContent(bytes.Length),
            "derived from bytes" => new DerivedContent(bytes),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, message: null),
        };
    }

    /// <summary>A stream such as one off the wire.</summary>
    private sealed class OneWayStream() : MemoryStream(Encoding.UTF8.GetBytes(Text))
    {
        public override bool CanSeek => false;
    }

    private sealed class DerivedContent(byte[] bytes) : ByteArrayContent(bytes);

    private sealed class PushedContent(long? length) : HttpContent
    {
        private bool _isSent;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _isSent.ShouldBeFalse("it can be sent only once");
            _isSent = true;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Text));
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length ?? 0;
            return length is not null;
        }
    }
}
