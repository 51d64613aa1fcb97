using System.ClientModel;
using System.ClientModel.Primitives;
using System.IO.Compression;
using System.Text;
using Anthropic;
using Anthropic.Models.Messages;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Chat;
using OpenAI.Embeddings;
using RateLimited.Http.AI.Tests.Audio;
using RateLimited.Http.Tests.Configuration;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Clients;

/// <summary>The official clients over real sockets: what they ask is estimated, and settled by what the answer reports when its last event has passed.</summary>
public sealed class RealClientTests : IAsyncLifetime
{
    private ModelUpstream _upstream = null!;
    private ServiceProvider _container = null!;
    private HttpClient _http = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _upstream = await ModelUpstream.StartAsync();
        _container = Configured.Container(
            Configured.Service("""
                {
                  "Limits": [ "100/minute", "100000 tokens/minute", "50000 input-tokens/minute", "50000 output-tokens/minute", "10 usd/day fixed", "600 audio-seconds/minute", "10 audio-minutes/minute" ],
                  "Resilience": { "Retry": false }
                }
                """),
            services => services.AddHttpClient("a", client => client.BaseAddress = _upstream.Address).AddServiceRateLimiting().AddTokenCosts());
        _http = _container.GetRequiredService<IHttpClientFactory>().CreateClient("a");
    }

    public async ValueTask DisposeAsync()
    {
        _upstream.GoOn.TrySetResult();
        _http.Dispose();
        await _container.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task OpenAI_chat_as_a_whole()
    {
        var chat = new ChatClient("gpt-4o-mini", new ApiKeyCredential("k"), Options());

        var answer = await chat.CompleteChatAsync([new UserChatMessage("Tell me of the sea.")], new ChatCompletionOptions { MaxOutputTokenCount = 400 }, Ended);

        answer.Value.Usage.TotalTokenCount.ShouldBe(150);
        Used().ShouldBe("1 requests, 150 tokens, 120 input-tokens, 30 output-tokens, 1 usd");
        Spent().ShouldBe(((100 * 0.15m) + (20 * 0.075m) + (30 * 0.6m)) / 1_000_000);
    }

    [Fact]
    public async Task OpenAI_chat_in_events()
    {
        var chat = new ChatClient("gpt-4o-mini", new ApiKeyCredential("k"), Options());
        var text = new StringBuilder();

        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Tell me of the sea.")], new ChatCompletionOptions { MaxOutputTokenCount = 400 }, Ended))
        {
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }

            if (text.ToString().EndsWith("fine", StringComparison.Ordinal) && !_upstream.GoOn.Task.IsCompleted)
            {
                // Until then what the request may use is reserved.
                Limit("output-tokens").ShouldBe(400);
                Limit("input-tokens").ShouldBeInRange(8, 30);
                _upstream.GoOn.SetResult();
            }
        }

        text.ToString().ShouldBe("usage: \"total_tokens\": fine");
        await Eventually.TrueAsync(() => Used() == "1 requests, 150 tokens, 120 input-tokens, 30 output-tokens, 1 usd");
    }

    [Fact]
    public async Task Anthropic_messages_in_events()
    {
        var client = new AnthropicClient { ApiKey = "k", BaseUrl = _upstream.Address.ToString(), HttpClient = _http, MaxRetries = 0 };
        _upstream.GoOn.SetResult();

        await foreach (var _ in client.Messages.CreateStreaming(new MessageCreateParams { Model = "claude-sonnet-4-5", MaxTokens = 1_000, Messages = [new UserMessageParam("Tell me of the sea.")] }, Ended))
        {
        }

        // What came from the cache counts neither against its limit nor for its full price.
        await Eventually.TrueAsync(() => Used() == "1 requests, 137 tokens, 60 input-tokens, 77 output-tokens, 1 usd");
        Spent().ShouldBe(((50 * 3m) + (400 * 0.3m) + (10 * 3.75m) + (77 * 15m)) / 1_000_000);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_keeps_what_is_not_known_as_reserved()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages")
        {
            Content = new StringContent("""{"model":"claude-sonnet-4-5","max_tokens":1000,"stream":true,"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json"),
        };
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ended);
        await using (var stream = await response.Content.ReadAsStreamAsync(Ended))
        {
            // As far as the events that tell of the input and not of the output.
            var (buffer, text) = (new byte[4_000], "");
            while (!text.Contains("hello", StringComparison.Ordinal))
            {
                text += Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, Ended));
            }
        }

        response.Dispose();

        Used().ShouldBe("1 requests, 1060 tokens, 60 input-tokens, 1000 output-tokens, 1 usd");
    }

    [Fact]
    public async Task Embeddings_have_no_output()
    {
        var embeddings = new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("k"), Options());

        await embeddings.GenerateEmbeddingsAsync(["one", "two"], cancellationToken: Ended);

        // A fifth of a millionth of a dollar: the limit is told when a millionth has come together.
        Used().ShouldBe("1 requests, 9 tokens, 9 input-tokens");
        Spent().ShouldBe(9 * 0.02m / 1_000_000);
    }

    [Fact]
    public async Task Audio_is_counted_by_its_length()
    {
        var audio = new AudioClient("whisper-1", new ApiKeyCredential("k"), Options());
        using var recording = new MemoryStream(Recordings.Wav(9_500));

        await audio.TranscribeAudioAsync(recording, "speech.wav", cancellationToken: Ended);

        Used().ShouldBe("1 requests, 1 usd, 4 audio-seconds, 1 audio-minutes");
        Spent().ShouldBe(4 * 0.006m / 60);
    }

    [Fact]
    public async Task A_request_that_fails_is_not_paid_for_and_stays_as_estimated()
    {
        using var content = new StringContent("""{"model":"gpt-4o","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json");

        (await _http.PostAsync("/v1/failing/chat/completions", content, Ended)).Dispose();

        Limit("output-tokens").ShouldBe(100);
        Limit("usd").ShouldBe(0);
        Spent().ShouldBe(0);
    }

    [Fact]
    public async Task A_compressed_stream_is_read_and_passed_on_as_it_came()
    {
        _upstream.GoOn.SetResult();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"hi"}],"max_tokens":99}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.AcceptEncoding.ParseAdd("gzip");

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ended);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(Ended), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        (await reader.ReadToEndAsync(Ended)).ShouldBe(_upstream.Written.ToString());

        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        response.Dispose();
        Used().ShouldBe("1 requests, 150 tokens, 120 input-tokens, 30 output-tokens, 1 usd");
    }

    [Fact]
    public async Task What_asks_no_model_costs_what_it_would_without()
    {
        (await _http.GetAsync("/v1/embeddings", Ended)).Dispose();

        Used().ShouldBe("1 requests");
    }

    private OpenAIClientOptions Options() => new()
    {
        Endpoint = new Uri(_upstream.Address, "/v1"),
        Transport = new HttpClientPipelineTransport(_http),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    };

    private decimal Spent() => _container.GetRequiredKeyedService<ITokenCosts>("a").GetSpend().Total;

    private long Limit(string unit) => _container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.Single(limit => limit.Unit == unit).Used;

    private string Used() => string.Join(", ", _container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.Where(static limit => limit.Used > 0).Select(static limit => $"{limit.Used} {limit.Unit}"));
}
