using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Tests.Embeddings;

/// <summary>Embeds as a provider does that holds to its bounds: a text's vector is made of its characters, and each has a token for every four of them.</summary>
internal sealed class StrictGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    public const string Model = "text-embedding-3-small";

    private readonly ConcurrentQueue<SeenRequest> _requests = new();

    public int MaxTexts { get; init; } = 2_048;

    public long MaxTokens { get; init; } = 300_000;

    /// <summary>While set, requests wait for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Throws what is to become of a request; by default nothing.</summary>
    public Action<IReadOnlyList<string>> Refuse { get; set; } = static _ => { };

    public bool ReportsUsage { get; init; } = true;

    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    public long TokensUsed => _requests.Sum(static request => request.Texts.Sum(TokensOf));

    public bool IsDisposed { get; private set; }

    public static long TokensOf(string text) => (text.Length + 3) / 4;

    public static float[] VectorOf(string text) => [text.Length, text.Aggregate(7, static (hash, c) => (hash * 31) + c) % 10_007];

    public static HttpRequestException BadRequest(string message) => new(message, inner: null, HttpStatusCode.BadRequest);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] texts = [.. values];
        _requests.Enqueue(new SeenRequest(texts, options?.ModelId, options?.Dimensions, RateLimitScope.Current, cancellationToken));
        if (Gate is { } gate)
        {
#pragma warning disable VSTHRD003 // The test completes it.
            await gate.Task.WaitAsync(cancellationToken);
#pragma warning restore VSTHRD003
        }
        else
        {
            await Task.Yield();
        }

        Refuse(texts);
        if (texts.Length > MaxTexts || texts.Any(string.IsNullOrEmpty) || texts.Sum(TokensOf) > MaxTokens)
        {
            throw BadRequest($"{texts.Length} texts of {texts.Sum(TokensOf)} tokens");
        }

        var used = texts.Sum(TokensOf);
        return new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => new Embedding<float>(VectorOf(text)) { ModelId = options?.ModelId ?? Model }))
        {
            Usage = ReportsUsage ? new UsageDetails { InputTokenCount = used, TotalTokenCount = used } : null,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("strict", defaultModelId: Model) : null;

    public void Dispose() => IsDisposed = true;
}

/// <summary>One request as the provider saw it.</summary>
internal sealed record SeenRequest(IReadOnlyList<string> Texts, string? ModelId, int? Dimensions, RequestSettings? Scope, CancellationToken Token);
