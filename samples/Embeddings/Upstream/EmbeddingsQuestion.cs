using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Embeddings.Upstream;

/// <summary>A request for embeddings.</summary>
internal sealed record EmbeddingsQuestion(IReadOnlyList<string> Texts, string Model, int Dimensions, bool InBase64)
{
    private const int MostTexts = 2_048;
    private const int MostTokensOfText = 8_192;
    private const int MostTokens = 300_000;
    private const int CharactersPerToken = 4;

    public long Tokens => Texts.Sum(TokensOf);

    /// <summary>What the provider would say against it; null where nothing.</summary>
    public string? Fault =>
        Texts.Count is 0 or > MostTexts ? $"'input' must have from 1 to {MostTexts} items."
        : Texts.Any(string.IsNullOrEmpty) ? "'input' cannot contain an empty string."
        : Texts.Any(static text => TokensOf(text) > MostTokensOfText) ? $"This model's maximum context length is {MostTokensOfText} tokens."
        : Tokens > MostTokens ? $"Requested {Tokens} tokens, max {MostTokens} tokens per request."
        : null;

    public static async Task<EmbeddingsQuestion> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
        var root = body.RootElement;
        var input = root.GetProperty("input");
        return new EmbeddingsQuestion(
            input.ValueKind == JsonValueKind.Array ? [.. input.EnumerateArray().Select(static text => text.GetString()!)] : [input.GetString()!],
            root.GetProperty("model").GetString()!,
            root.TryGetProperty("dimensions", out var dimensions) ? dimensions.GetInt32() : 1_536,
            root.TryGetProperty("encoding_format", out var format) && format.ValueEquals("base64"u8));
    }

    public static long TokensOf(string text) => (text.Length + CharactersPerToken - 1) / CharactersPerToken;
}
