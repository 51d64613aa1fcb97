using System.Collections.Immutable;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals;

/// <summary>How an upstream speaks of its limits: a description, interpreted by one reader. One of one's own is an option, not code.</summary>
/// <param name="Name">The name that options and messages use.</param>
internal sealed record HeaderDialect(string Name)
{
    public ImmutableArray<HeaderRule> Rules { get; init; } = [];

    /// <summary>Whom a refusal concerns, where the response itself doesn't tell.</summary>
    public ResponseScope LimitScope { get; init; } = ResponseScope.Key;

    /// <summary>When a day's quota returns of which nothing is left, where the response itself doesn't tell.</summary>
    public QuotaHorizon DayEnds { get; init; }

    /// <summary>Statuses that mean something else here than elsewhere.</summary>
    public ImmutableArray<StatusMeaning> Statuses { get; init; } = [];

    /// <summary>Words for why a request was refused that tell whom the refusal concerns.</summary>
    public ImmutableArray<ReasonMeaning> Reasons { get; init; } = [];

    /// <summary>Refusals come with status 200: the body of a success must be looked at too.</summary>
    public bool RefusesWithSuccess { get; init; }

    /// <summary>The same of requests that change something, and of no others: what is only read is not looked at.</summary>
    public bool RefusesWritesWithSuccess { get; init; }

    /// <summary>Whether it has words for what remains of a quota.</summary>
    public bool TellsWhatRemains => Rules.Any(static rule => rule.Field is HeaderField.Remaining or HeaderField.Used or HeaderField.UsedOfLimit or HeaderField.Items);

    /// <summary>Whether a success can be a refusal.</summary>
    public bool MayRefuseWithSuccess => RefusesWithSuccess || RefusesWritesWithSuccess;

    /// <summary>The rules for limit, remaining and reset of headers that share a shape, the commonest of all.</summary>
    public static ImmutableArray<HeaderRule> Triple(string limit, string remaining, string reset, ValueFormat format = ValueFormat.Auto, bool resetsToFull = false) =>
    [
        new(HeaderField.Limit, limit), new(HeaderField.Remaining, remaining), new(HeaderField.Reset, reset, format) { ResetsToFull = resetsToFull },
    ];
}
