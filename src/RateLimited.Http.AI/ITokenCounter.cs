namespace RateLimited.Http.AI;

/// <summary>
/// An exact tokenizer, where one is at hand: what it counts is taken as it is, without a margin. Without one, tokens are estimated by what responses have reported so far.
/// Implementations are called by many threads at once, on the path of each request; a counter that throws fails the request.
/// </summary>
public interface ITokenCounter
{
    /// <summary>How many tokens a model makes of a text.</summary>
    /// <param name="model">The model as the request names it, such as <c>gpt-4o-mini</c>.</param>
    /// <param name="text">The text, decoded; it is valid only during the call.</param>
    /// <param name="tokens">The tokens of the text alone: what a provider adds for each message is added elsewhere.</param>
    /// <returns>False when this counter does not know the model: its tokens are estimated then.</returns>
    bool TryCount(string model, ReadOnlySpan<char> text, out int tokens);
}
