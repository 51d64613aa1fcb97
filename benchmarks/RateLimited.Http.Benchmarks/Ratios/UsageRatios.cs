using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Chat;
using RateLimited.Http.AI.Requests;
using RateLimited.Http.AI.Usage;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Costs;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>
/// Reading usage out of a streamed answer while it passes, one event of 330 bytes: through a client whose requests are priced in tokens, beside the same limited client without that, which leaves
/// the body alone.
/// </summary>
internal static class UsageRatios
{
    private static readonly Target FivePercent = new("ratio at most 1.05 and 0 B", static ratio => ratio.Ours / ratio.Peer <= 1.05 && Math.Round(ratio.Bytes, 1) <= 0);

    public static IEnumerable<Figure> All =>
    [
        new("usage-stream-over-loopback", FivePercent, OverLoopback),
        new("usage-stream-by-openai-client", FivePercent, ByClient),
        new("usage-stream-bare", Target.None, Bare),
        new("usage-scan-event", Target.NoBytes, static name => Scan(name, EndlessEvents.Event.Length)),
        new("usage-scan-event-in-pieces", Target.NoBytes, static name => Scan(name, 100)),
    ];

    /// <summary>As a program sees it: over a connection, into a buffer of the size that readers use.</summary>
    private static Ratio OverLoopback(string name)
    {
        using var upstream = EventUpstream.Start();
        using var services = Services(static () => new SocketsHttpHandler());
        using var ours = Open(services, "priced", new Uri(upstream.Address, "chat/completions"));
        using var peer = Open(services, "limited", new Uri(upstream.Address, "chat/completions"));
        var buffer = new byte[4096];
        return Above(name, count => ReadBytes(ours, buffer, count), count => ReadBytes(peer, buffer, count));
    }

    /// <summary>By OpenAI's client, which makes objects of events, from an upstream in this process that is never waited for.</summary>
    private static Ratio ByClient(string name)
    {
        using var services = Services(static () => new EventHandlerStub());
        using var ours = Chat(services, "priced").GetEnumerator();
        using var peer = Chat(services, "limited").GetEnumerator();
        return Above(name, count => Move(ours, count), count => Move(peer, count));
    }

    /// <summary>The same without a client or a connection: what reading costs by itself, beside copying the event.</summary>
    private static Ratio Bare(string name)
    {
        using var services = Services(static () => new EventHandlerStub());
        using var ours = Open(services, "priced", new Uri("http://upstream.test/v1/chat/completions"));
        using var peer = Open(services, "limited", new Uri("http://upstream.test/v1/chat/completions"));
        var buffer = new byte[4096];
        return Above(name, count => ReadBytes(ours, buffer, count), count => ReadBytes(peer, buffer, count));
    }

    /// <summary>Only what looks at the bytes, whole events or cut anywhere, beside copying them.</summary>
    private static Ratio Scan(string name, int piece)
    {
        using var response = new HttpResponseMessage { Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } } };
        var reader = new TokenReader(response);
        using var events = new EndlessEvents();
        var buffer = new byte[piece];
        return Duel.Run(name, count => Pieces(count, static (buffer, reader) => reader.Read(buffer)), count => Pieces(count, static (_, _) => { }));

        void Pieces(int count, Action<ReadOnlySpan<byte>, TokenReader> take)
        {
            for (var left = (long)count * EndlessEvents.Event.Length; left > 0;)
            {
                var read = events.Read(buffer.AsSpan(0, (int)Math.Min(left, piece)));
                take(buffer.AsSpan(0, read), reader);
                left -= read;
            }
        }
    }

    private static Ratio Above(string name, Action<int> ours, Action<int> peer)
    {
        var ratio = Duel.Run(name, ours, peer);
        return ratio with { Bytes = Math.Max(ratio.Bytes - Duel.BytesOf(peer, 1000), 0) };
    }

    private static ServiceProvider Services(Func<HttpMessageHandler> upstream)
    {
        var services = new ServiceCollection();
        services.AddHttpClient("limited").AddServiceRateLimiting(static options => options.Limit("1000000/minute")).ConfigurePrimaryHttpMessageHandler(upstream);
        services.AddHttpClient("priced").AddServiceRateLimiting(static options => options.Limit("1000000/minute").Limit("1000000000000 tokens/minute")).AddTokenCosts()
            .ConfigurePrimaryHttpMessageHandler(upstream);
        return services.BuildServiceProvider();
    }

    private static HttpClient ClientOf(ServiceProvider services, string name)
    {
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(name);
        client.Timeout = Timeout.InfiniteTimeSpan;
        return client;
    }

    private static Stream Open(ServiceProvider services, string name, Uri address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent("""{"model":"gpt-4o-mini","messages":[]}""", MediaTypeHeaderValue.Parse("application/json")) };
        return ClientOf(services, name).Send(request, HttpCompletionOption.ResponseHeadersRead).Content.ReadAsStream();
    }

    private static CollectionResult<StreamingChatCompletionUpdate> Chat(ServiceProvider services, string name) =>
        new ChatClient("gpt-4o-mini", new ApiKeyCredential("sk-of-a-benchmark"), new OpenAIClientOptions
        {
            Transport = new HttpClientPipelineTransport(ClientOf(services, name)),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        }).CompleteChatStreaming(new UserChatMessage("Tell me of a journey."));

    private static void ReadBytes(Stream stream, byte[] buffer, int count)
    {
        for (var left = (long)count * EndlessEvents.Event.Length; left > 0;)
        {
            left -= stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
        }
    }

    private static void Move(IEnumerator<StreamingChatCompletionUpdate> updates, int count)
    {
        for (var i = 0; i < count; i++)
        {
            updates.MoveNext();
        }
    }

    private sealed class TokenReader(HttpResponseMessage response) : JsonUsageReader(response, UsageFields.PathsOf(RequestShape.Chat))
    {
        protected override IReadOnlyList<UnitCost>? Settle(UsageValues values, bool isComplete) => null;
    }

    private sealed class EventHandlerStub : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new StreamContent(new EndlessEvents(), bufferSize: 4096) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } },
        };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));
    }
}
