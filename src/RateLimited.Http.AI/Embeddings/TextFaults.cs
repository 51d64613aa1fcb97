using System.Globalization;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>What can be wrong with a text before it is sent.</summary>
internal static class TextFaults
{
    /// <summary>Why the text at a position has no embedding; null where it may have one. The text itself is not said: it is the user's.</summary>
    public static ArgumentException? Of(string? text, int position) => text switch
    {
        null => Fault(position, "null", "a text"),
        "" => Fault(position, "''", "a text of at least one character"),
        _ => null,
    };

    public static ArgumentException TooLong(int position, long tokens, long most) =>
        Fault(position, string.Create(CultureInfo.InvariantCulture, $"about {tokens} tokens"), string.Create(CultureInfo.InvariantCulture, $"at most {most} (MaxTokensPerText); divide the text"));

    private static ArgumentException Fault(int position, string value, string right) =>
#pragma warning disable MA0015 // The parameter is that of the call that was made, and the path says more than its name.
        new(new Fault($"values[{position.ToString(CultureInfo.InvariantCulture)}]", value, right).ToString());
#pragma warning restore MA0015
}
