namespace RateLimited.Http.AI;

/// <summary>What is charged for an answer before anybody knows how long it will be.</summary>
public enum OutputReserve
{
    /// <summary>As many tokens as the request allows (<c>max_tokens</c>), beside the prompt's; where it allows any number, as many as answers have had. What Azure, Anthropic and Cerebras count. The default.</summary>
    MaxTokens,

    /// <summary>As many as answers have had, all but one in twenty, and no more than the request allows. For upstreams that count what was used and nothing before.</summary>
    Expected,

    /// <summary>The larger of prompt and allowance, in units of both together. What OpenAI has published.</summary>
    Largest,
}
