namespace RateLimited.Http.Testing.Answers;

/// <summary>
/// Chat completions, streamed or not, and embeddings, as OpenAI and those who imitate it answer. Admitted by an estimate of the prompt and what the answer may have, settled by the usage.
/// </summary>
internal sealed class OpenAIShape : ModelShape
{
    private const string Tokens = "tokens";

    public static OpenAIShape Instance { get; } = new();

    protected override string NotUnderstood =>
        """{"error":{"message":"We could not parse the JSON body of your request.","type":"invalid_request_error","param":null,"code":null}}""";

    protected override IReadOnlyList<UnitCost> Estimate(UpstreamRequest request, Prompt prompt) =>
        [new UnitCost(Tokens, IsEmbedding(request) ? prompt.Tokens : prompt.Tokens + prompt.MaxTokens)];

    protected override Answer Respond(UpstreamRequest request, Prompt prompt, Random random)
    {
        if (IsEmbedding(request))
        {
            return Embeddings(prompt);
        }

        var answered = prompt.DrawAnswer(random);
        IReadOnlyList<UnitCost> costs = [new UnitCost(Tokens, prompt.Tokens + answered)];
        if (prompt.IsStream)
        {
            return Stream(Events(prompt, answered), costs);
        }

        return Answer.Whole(
            $$"""{"id":"chatcmpl-1","object":"chat.completion","created":1767225600,"model":{{Quoted(prompt.Model)}},"choices":[{"index":0,"message":{"role":"assistant","content":"{{Prompt.Words(answered)}}"},"finish_reason":"stop"}],"usage":{{Usage(prompt, answered)}}}""")
            with
        { Costs = costs };
    }

    private static bool IsEmbedding(UpstreamRequest request) => request.Path.EndsWith("/embeddings", StringComparison.Ordinal);

    private static Answer Embeddings(Prompt prompt)
    {
        var vectors = Enumerable.Range(0, prompt.Inputs).Select(static index => $$"""{"object":"embedding","index":{{index}},"embedding":[0.5,-0.25,0.125]}""");
        return Answer.Whole(
            $$$$"""{"object":"list","data":[{{{{string.Join(',', vectors)}}}}],"model":{{{{Quoted(prompt.Model)}}}},"usage":{"prompt_tokens":{{{{prompt.Tokens}}}},"total_tokens":{{{{prompt.Tokens}}}}}}""")
            with
        { Costs = [new UnitCost(Tokens, prompt.Tokens)] };
    }

    private static IEnumerable<string> Events(Prompt prompt, int answered)
    {
        var head = $$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767225600,"model":{{Quoted(prompt.Model)}}""";
        yield return $$"""data: {{head}},"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""" + "\n\n";
        foreach (var tokens in Portions(answered))
        {
            yield return $$"""data: {{head}},"choices":[{"index":0,"delta":{"content":"{{Prompt.Words(tokens)}}"},"finish_reason":null}]}""" + "\n\n";
        }

        yield return $$"""data: {{head}},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n";
        if (prompt.IncludesUsage)
        {
            yield return $$"""data: {{head}},"choices":[],"usage":{{Usage(prompt, answered)}}}""" + "\n\n";
        }

        yield return "data: [DONE]\n\n";
    }

    private static string Usage(Prompt prompt, int answered) =>
        $$"""{"prompt_tokens":{{prompt.Tokens}},"completion_tokens":{{answered}},"total_tokens":{{prompt.Tokens + answered}}}""";
}
