namespace RateLimited.Http.AI.Embeddings;

/// <summary>One text to embed.</summary>
/// <param name="Text">The text, at least one character.</param>
/// <param name="Options">The options of the call it came with.</param>
/// <param name="Tokens">How many tokens it is taken to have, at least one.</param>
internal sealed record EmbeddingRequest(string Text, EmbeddingOptionsKey Options, long Tokens);
