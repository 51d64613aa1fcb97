using RateLimited.Http.AI.Text;

namespace RateLimited.Http.AI.Requests;

/// <summary>What a request's body tells of its cost.</summary>
internal sealed class Prompt
{
    /// <summary>The model's name; empty where the body names none.</summary>
    public string Model { get; set; } = string.Empty;

    /// <summary>The text, by its features; with messages and images counted too.</summary>
    public TextCounts Counts;

    /// <summary>Tokens that are written as such, in embeddings of token lists.</summary>
    public long TokenIds { get; set; }

    /// <summary>The most tokens that an answer may have, where the request says.</summary>
    public long? MaxOutput { get; set; }

    /// <summary>How many answers, or images, are asked for.</summary>
    public long Choices { get; set; } = 1;

    /// <summary>The length of the audio in seconds; null where there is none.</summary>
    public decimal? AudioSeconds { get; set; }

    /// <summary>Whether the body was read; else its length is all that is known.</summary>
    public bool IsRead { get; set; }
}
