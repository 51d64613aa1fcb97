namespace RateLimited.Http.AI.Tests.Estimation;

/// <summary>A tokenizer to which each character is a token, of the models that begin with <c>letters</c>.</summary>
internal sealed class LetterCounter : ITokenCounter
{
    /// <summary>What it was asked.</summary>
    public List<string> Texts { get; } = [];

    public bool TryCount(string model, ReadOnlySpan<char> text, out int tokens)
    {
        Texts.Add($"{model}: {text}");
        tokens = text.Length;
        return model.StartsWith("letters", StringComparison.Ordinal);
    }
}
