using RateLimited.Http.AI.Text;

namespace RateLimited.Http.AI.Tokens;

/// <summary>
/// What is known of tokenizers before any response was seen: tokens for each feature, fitted to the corpus beside the tests (tests/RateLimited.Http.AI.Tests/Tokens/Corpus). Framing is as
/// OpenAI's cookbook counts it: three tokens and the role for each message, three for the answer to begin with. An image is a tile of 1024 by 1024 in high detail.
/// </summary>
internal static class TokenPriors
{
    /// <summary>Of o200k_base: gpt-4o and all that came after it.</summary>
    private static readonly double[] O200k = Weights(0.85, 0.35, 0.60, 1.30, 0.90, 0.40, 0.34, 0.44, 0.39, 0.48, 0.39, 0.45, 0.81, 0.79, 0.82, 2.4, images: 765);

    /// <summary>Of cl100k_base: gpt-4, gpt-3.5 and the embeddings.</summary>
    private static readonly double[] Cl100k = Weights(0.91, 0.40, 1.45, 1.35, 0.76, 0.25, 0.59, 1.04, 0.90, 1.20, 1.26, 0.96, 1.18, 1.03, 1.39, 3.0, images: 765);

    /// <summary>Of tokenizers that nobody outside knows: between the two, and nothing is sure.</summary>
    private static readonly double[] Unknown = Weights(0.92, 0.37, 1.00, 1.30, 0.80, 0.40, 0.47, 0.70, 0.60, 0.80, 0.75, 0.70, 1.00, 0.90, 1.10, 2.6, images: 1_600);

    private static readonly string[] WithCl100k = ["gpt-4-", "gpt-4", "gpt-3.5", "gpt-35", "text-embedding-", "davinci-002", "babbage-002"];
    private static readonly string[] WithO200k = ["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "chatgpt-", "o1", "o3", "o4", "codex-"];

    private const double DoubtWhereKnown = 0.3;
    private const double DoubtWhereUnknown = 0.5;

    /// <summary>A model of a model's tokenizer that has seen nothing yet.</summary>
    public static TokenModel For(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        return Begins(name, WithO200k) ? new TokenModel(O200k, DoubtWhereKnown)
            : Begins(name, WithCl100k) ? new TokenModel(Cl100k, DoubtWhereKnown)
            : new TokenModel(Unknown, DoubtWhereUnknown);
    }

    private static bool Begins(ReadOnlySpan<char> name, string[] beginnings)
    {
        foreach (var beginning in beginnings)
        {
            if (name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static double[] Weights(
        double words, double longLetters, double marked, double digits, double symbols, double indents, double cyrillic, double greek, double arabic, double hebrew, double indic,
        double southeast, double han, double kana, double hangul, double other, double images) =>
        [words, longLetters, marked, digits, symbols, indents, cyrillic, greek, arabic, hebrew, indic, southeast, han, kana, hangul, other, 4, 3, images];
}
