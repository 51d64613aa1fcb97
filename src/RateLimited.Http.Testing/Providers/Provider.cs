using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Providers;

/// <summary>How one provider's API limits and how it speaks of it. Data.</summary>
/// <param name="Name">The name, that of the library's preset or dialect.</param>
internal sealed record Provider(string Name)
{
    /// <summary>Other names for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The limits of each kind of customer; the first holds where none is named.</summary>
    public IReadOnlyList<Tier> Tiers { get; init; } = [new Tier("", [])];

    public IReadOnlyList<CostRule> Costs { get; init; } = [];

    public IReadOnlyList<HeaderLine> Headers { get; init; } = [];

    /// <summary>What is odd about it always.</summary>
    public Oddities Oddities { get; init; }

    /// <summary>How it refuses.</summary>
    public Func<Saying, Refused> Refuse { get; init; } = static _ => new Refused(429, """{"error":"Too Many Requests"}""");

    /// <summary>Makes the bans of one key; null if it does not ban.</summary>
    public Func<PenaltyModel>? Penalty { get; init; }

    /// <summary>What it answers.</summary>
    public AnswerShape Answer { get; init; } = AnswerShape.Plain;
}
