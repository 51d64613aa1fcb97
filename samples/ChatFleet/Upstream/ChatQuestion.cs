using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ChatFleet.Upstream;

/// <summary>A request for a chat completion.</summary>
/// <param name="Model">The model.</param>
/// <param name="Prompt">The tokens of all messages: a fourth of their characters, rounded up.</param>
/// <param name="MostAnswer">How many tokens the answer may have.</param>
/// <param name="WantsUsage">Whether the stream ends with what it used.</param>
internal sealed record ChatQuestion(string Model, int Prompt, int MostAnswer, bool WantsUsage)
{
    private const int CharactersPerToken = 4;
    private const int UnboundedAnswer = 256;

    /// <summary>What it is admitted for: the prompt and the longest answer, for nobody knows yet how long it will be.</summary>
    public int Estimate => Prompt + MostAnswer;

    /// <summary>How long the answer is: the same for the same question, and most often far below what it may be.</summary>
    public int Answer => Math.Clamp((Prompt * 7919 % 97) + 8, 1, MostAnswer);

    public static async Task<ChatQuestion> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
        var root = body.RootElement;
        return new ChatQuestion(
            root.GetProperty("model").GetString()!,
            root.GetProperty("messages").EnumerateArray().Sum(static message => TokensOf(message.GetProperty("content"))),
            root.TryGetProperty("max_completion_tokens", out var most) ? most.GetInt32() : UnboundedAnswer,
            root.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var wants) && wants.GetBoolean());
    }

    private static int TokensOf(JsonElement content) => content.ValueKind == JsonValueKind.Array
        ? content.EnumerateArray().Sum(static part => TokensOf(part.GetProperty("text")))
        : (content.GetString()!.Length + CharactersPerToken - 1) / CharactersPerToken;
}
