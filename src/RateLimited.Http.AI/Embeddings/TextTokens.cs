using System.Text;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>How many tokens a text is taken to have.</summary>
internal sealed class TextTokens(ITokenCounter? counter)
{
    /// <summary>English has four and more, Chinese and Japanese three in a character that is about one token.</summary>
    private const int BytesPerToken = 3;

    /// <summary>At least one: no request is free of a text.</summary>
    public long Of(string model, string text) =>
        Math.Max(1, counter?.TryCount(model, text, out var tokens) == true ? tokens : (Encoding.UTF8.GetByteCount(text) + BytesPerToken - 1) / BytesPerToken);
}
