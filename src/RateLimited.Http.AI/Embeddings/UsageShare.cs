using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>
/// One text's part of what a request used. Parts lie side by side on the request's tokens as they were estimated, and each is rounded where it begins and ends, so that together they are the whole to the last token.
/// </summary>
/// <param name="Whole">What the request used.</param>
/// <param name="From">Where the part begins.</param>
/// <param name="To">Where it ends, above where it begins.</param>
/// <param name="Length">Where the last part ends.</param>
internal readonly record struct UsageShare(UsageDetails Whole, long From, long To, long Length)
{
    public long? Of(long? count) => count is { } all ? (long)(((Int128)all * To / Length) - ((Int128)all * From / Length)) : null;
}
