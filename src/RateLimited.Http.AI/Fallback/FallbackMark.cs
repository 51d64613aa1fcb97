using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Fallback;

/// <summary>Tells answers of a fallback from those of whoever was asked first.</summary>
internal static class FallbackMark
{
    /// <summary>The additional property of answers and embeddings that another client or model gave: which one.</summary>
    public const string Property = "RateLimited.Http.Fallback";

    public static bool IsOn(Embedding embedding) => embedding.AdditionalProperties?.ContainsKey(Property) == true;

    public static void Put(Embedding embedding, string step) => (embedding.AdditionalProperties ??= [])[Property] = step;
}
