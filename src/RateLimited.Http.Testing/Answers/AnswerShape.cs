using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Answers;

/// <summary>What an upstream's requests and responses look like. Stateless.</summary>
internal abstract class AnswerShape
{
    /// <summary>An answer that says nothing.</summary>
    public static AnswerShape Plain { get; } = new PlainShape();

    /// <summary>What a request is counted as when it arrives, of units other than those the provider charges by endpoint.</summary>
    public virtual IReadOnlyList<UnitCost> Estimate(UpstreamRequest request) => [];

    /// <summary>The answer to an admitted request. What is not the same each time is drawn from <paramref name="random"/>; <paramref name="limits"/> is how
    /// those that are not hidden stand with its estimate charged.</summary>
    public abstract Answer Respond(UpstreamRequest request, IReadOnlyList<StatedLimit> limits, Random random);

    private sealed class PlainShape : AnswerShape
    {
        public override Answer Respond(UpstreamRequest request, IReadOnlyList<StatedLimit> limits, Random random) => Answer.Whole("{\"answer\":\"ok\"\n}");
    }
}
