namespace RateLimited.Http.AI;

/// <summary>Whether tokens of prompts that come from the provider's cache count against limits in tokens.</summary>
public enum CachedTokens
{
    /// <summary>As the provider does: Anthropic and Groq leave them out, the others count them. The default.</summary>
    Provider,

    /// <summary>They count.</summary>
    Counted,

    /// <summary>They do not.</summary>
    Free,
}
