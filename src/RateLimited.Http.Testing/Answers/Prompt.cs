using System.Text.Json;

namespace RateLimited.Http.Testing.Answers;

/// <summary>What is to be known of a request to a language model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Tokens">How many tokens the prompt has: a quarter of its characters, as the rule of thumb goes.</param>
/// <param name="MaxTokens">How many tokens the answer may have.</param>
/// <param name="IsStream">The answer is to come as it is made.</param>
/// <param name="IncludesUsage">A stream is to end with its usage.</param>
/// <param name="Inputs">How many texts there are to embed.</param>
internal sealed record Prompt(string Model, long Tokens, int MaxTokens, bool IsStream, bool IncludesUsage, int Inputs)
{
    /// <summary>What is reserved for an answer that nobody bounded.</summary>
    public const int UnboundedTokens = 256;

    private const int MostTokens = 4096;

    /// <summary>Reads a body; null when it is none of a request to a model.</summary>
    public static Prompt? Of(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var inputs = root.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Array ? Math.Max(1, input.GetArrayLength()) : 1;
            return new Prompt(
                root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String ? model.GetString()! : "model",
                Math.Max(1, (CharactersOf(root, "messages") + CharactersOf(root, "input") + CharactersOf(root, "system") + 3) / 4),
                MaxOf(root, "max_tokens") ?? MaxOf(root, "max_completion_tokens") ?? UnboundedTokens,
                IsTrue(root, "stream"),
                root.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object && IsTrue(options, "include_usage"),
                inputs);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>How many tokens the answer has: what is drawn, and no more than allowed.</summary>
    public int DrawAnswer(Random random) => random.Next(1, MaxTokens + 1);

    /// <summary>A text of so many tokens, by the same rule of thumb.</summary>
    public static string Words(int tokens) => string.Concat(Enumerable.Repeat("word", Math.Max(0, tokens)));

    private static long CharactersOf(JsonElement parent, string name) => parent.TryGetProperty(name, out var element) ? CharactersOf(element) : 0;

    /// <summary>All text in it, whatever it is nested in; roles and types are text too, as they are to a tokenizer.</summary>
    private static long CharactersOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!.Length,
        JsonValueKind.Array => element.EnumerateArray().Sum(CharactersOf),
        JsonValueKind.Object => element.EnumerateObject().Sum(static property => CharactersOf(property.Value)),
        JsonValueKind.Number => 4,
        _ => 0,
    };

    private static int? MaxOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var element) && element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) ? Math.Clamp(value, 1, MostTokens) : null;

    private static bool IsTrue(JsonElement root, string name) => root.TryGetProperty(name, out var element) && element.ValueKind == JsonValueKind.True;
}
