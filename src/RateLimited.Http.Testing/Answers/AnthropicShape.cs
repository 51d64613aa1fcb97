namespace RateLimited.Http.Testing.Answers;

/// <summary>Messages, streamed or not, as Anthropic answers. Input tokens are counted as they are, output tokens by <c>max_tokens</c> and settled at the end.</summary>
internal sealed class AnthropicShape : ModelShape
{
    public static AnthropicShape Instance { get; } = new();

    protected override string NotUnderstood => """{"type":"error","error":{"type":"invalid_request_error","message":"The request body is not valid JSON."}}""";

    protected override IReadOnlyList<UnitCost> Estimate(UpstreamRequest request, Prompt prompt) => Costs(prompt, prompt.MaxTokens);

    protected override Answer Respond(UpstreamRequest request, Prompt prompt, Random random)
    {
        var answered = prompt.DrawAnswer(random);
        if (prompt.IsStream)
        {
            return Stream(Events(prompt, answered), Costs(prompt, answered));
        }

        return Answer.Whole(
            $$$$"""{"id":"msg_1","type":"message","role":"assistant","model":{{{{Quoted(prompt.Model)}}}},"content":[{"type":"text","text":"{{{{Prompt.Words(answered)}}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":{{{{prompt.Tokens}}}},"output_tokens":{{{{answered}}}}}}""")
            with
        { Costs = Costs(prompt, answered) };
    }

    private static IReadOnlyList<UnitCost> Costs(Prompt prompt, int answered) =>
        [new UnitCost("input-tokens", prompt.Tokens), new UnitCost("output-tokens", answered), new UnitCost("tokens", prompt.Tokens + answered)];

    private static IEnumerable<string> Events(Prompt prompt, int answered)
    {
        yield return Event("message_start", $$$$"""{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":{{{{Quoted(prompt.Model)}}}},"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":{{{{prompt.Tokens}}}},"output_tokens":1}}}""");
        yield return Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""");
        foreach (var tokens in Portions(answered))
        {
            yield return Event("content_block_delta", $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{Prompt.Words(tokens)}}}"}}""");
        }

        yield return Event("content_block_stop", """{"type":"content_block_stop","index":0}""");
        yield return Event("message_delta", $$$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":{{{{answered}}}}}}""");
        yield return Event("message_stop", """{"type":"message_stop"}""");
    }

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";
}
