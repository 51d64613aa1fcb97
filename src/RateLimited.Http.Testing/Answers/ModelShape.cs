using System.Text;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Answers;

/// <summary>What all upstreams of language models have in common: a body that must be read, tokens, and streams.</summary>
internal abstract class ModelShape : AnswerShape
{
    /// <summary>How many tokens come in one event of a stream.</summary>
    private const int TokensOfEvent = 8;

    public sealed override IReadOnlyList<UnitCost> Estimate(UpstreamRequest request) => Prompt.Of(request.Body) is { } prompt ? Estimate(request, prompt) : [];

    public sealed override Answer Respond(UpstreamRequest request, IReadOnlyList<StatedLimit> limits, Random random) =>
        Prompt.Of(request.Body) is { } prompt ? Respond(request, prompt, random) : Answer.Whole(NotUnderstood, status: 400);

    /// <summary>The body for a request that cannot be read.</summary>
    protected abstract string NotUnderstood { get; }

    protected abstract IReadOnlyList<UnitCost> Estimate(UpstreamRequest request, Prompt prompt);

    protected abstract Answer Respond(UpstreamRequest request, Prompt prompt, Random random);

    /// <summary>So many tokens in portions, as the events of a stream carry them.</summary>
    protected static IEnumerable<int> Portions(int tokens)
    {
        for (; tokens > 0; tokens -= TokensOfEvent)
        {
            yield return Math.Min(tokens, TokensOfEvent);
        }
    }

    /// <summary>A text as JSON writes it, with its quotes.</summary>
    protected static string Quoted(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";

    protected static Answer Stream(IEnumerable<string> events, IReadOnlyList<UnitCost> costs) =>
        new() { ContentType = "text/event-stream", Pieces = [.. events.Select(static one => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(one))], Costs = costs };
}
