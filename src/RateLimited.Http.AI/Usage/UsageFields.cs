using RateLimited.Http.AI.Requests;
using RateLimited.Http.Costs;

namespace RateLimited.Http.AI.Usage;

/// <summary>Where responses report usage, and how the figures are to be read. Sources: the providers' API references; openai-python and anthropic-sdk-python for the forms of streams.</summary>
internal static class UsageFields
{
    /// <summary>A response as a whole has usage at its top; events of a stream have it there, or in the response or the message that they tell of.</summary>
    private static readonly string[] Places = ["usage", "response.usage", "message.usage", "x_groq.usage"];

    private static readonly string[] Names =
    [
        "prompt_tokens", "completion_tokens", "prompt_tokens_details.cached_tokens", "prompt_cache_hit_tokens", "input_tokens", "output_tokens", "input_tokens_details.cached_tokens",
        "cache_read_input_tokens", "cache_creation_input_tokens",
    ];

    private static readonly string[] Lengths = ["usage.seconds", "duration"];

    private static readonly string[] Models = ["model", "response.model", "message.model"];

    private static readonly string[] Counts = [.. Places.SelectMany(static place => Names.Select(name => $"{place}.{name}"))];

    private static readonly UsagePaths OfText = new(Counts, once: Models);

    private static readonly UsagePaths OfAudio = new([.. Counts, .. Lengths], once: Models);

    /// <summary>The paths that are looked for in the answer to a request. Only of speech is there a length: looking for one as well would double what each event of a chat's stream costs.</summary>
    public static UsagePaths PathsOf(RequestShape shape) => shape == RequestShape.Transcription ? OfAudio : OfText;

    /// <summary>Reads the figures. What is no count is left out, and named.</summary>
    /// <param name="values">What was found.</param>
    /// <param name="shape">What was asked.</param>
    /// <param name="isComplete">Whether the body was read to its end. A stream of Anthropic's begins with a first figure of the output, which says nothing of an answer that breaks off.</param>
    /// <param name="odd">The first field that counts nothing, or null.</param>
    public static TokenUsage Read(UsageValues values, RequestShape shape, bool isComplete, out string? odd)
    {
        odd = null;
        var (cacheRead, cacheWrite) = (Of("cache_read_input_tokens", ref odd), Of("cache_creation_input_tokens", ref odd));
        var input = Of("input_tokens", ref odd) ?? Of("prompt_tokens", ref odd);
        if (shape == RequestShape.Messages)
        {
            // Anthropic counts what a cache gives or takes beside the rest, the others within it.
            input = input is null && cacheRead is null && cacheWrite is null ? null : (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0);
        }

        cacheRead ??= Of("input_tokens_details.cached_tokens", ref odd) ?? Of("prompt_tokens_details.cached_tokens", ref odd) ?? Of("prompt_cache_hit_tokens", ref odd);
        var seconds = shape == RequestShape.Transcription ? Seconds(values, Lengths[0]) ?? Seconds(values, Lengths[1]) : null;
        var output = Of("output_tokens", ref odd) ?? Of("completion_tokens", ref odd);
        var isFinal = isComplete || values.Count("message.usage.output_tokens") is null || values.Count("usage.output_tokens") is not null;
        return new TokenUsage(input, Math.Min(cacheRead ?? 0, input ?? 0), cacheWrite ?? 0, isFinal ? output : null, seconds);

        long? Of(string name, ref string? odd) => Largest(values, name, ref odd);
    }

    /// <summary>The model that answered, where the response names it.</summary>
    public static string? ModelOf(UsageValues values)
    {
        foreach (var path in Models)
        {
            if (values.Text(path) is { Length: > 0 } model)
            {
                return model;
            }
        }

        return null;
    }

    /// <summary>The largest of what the places say: streams report what there is so far, and all of it at the end.</summary>
    private static long? Largest(UsageValues values, string name, ref string? odd)
    {
        long? largest = null;
        foreach (var place in Places)
        {
            var path = $"{place}.{name}";
            if (values.Count(path) is { } count)
            {
                largest = Math.Max(largest ?? 0, count);
            }
            else if (values.IsOdd(path) || values.Number(path) is not null)
            {
                odd ??= path;
            }
        }

        return largest;
    }

    /// <summary>A length that can be one.</summary>
    private static decimal? Seconds(UsageValues values, string path) => values.Number(path) is > 0 and <= 604_800 and var seconds ? seconds : null;
}
