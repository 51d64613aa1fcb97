using RateLimited.Http.Testing;

namespace RateLimited.Http.Arena.Upstreams;

/// <summary>One model of an upstream: how it counts, how ours is configured for it, and the figures the others are given.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Description">How it counts.</param>
/// <param name="Build">What it is made of, without latency and seed.</param>
/// <param name="Service">Ours: the service's section of an appsettings.json, as JSON.</param>
internal sealed record ArenaUpstream(string Name, string Description, Func<UpstreamBuilder, UpstreamBuilder> Build, string Service)
{
    /// <summary>How many requests its own limit lets go in a window, for each key; null where it counts tokens alone.</summary>
    public int? Requests { get; init; } = UpstreamList.Quota;

    /// <summary>How many requests go in a window, by whichever limit is the tightest for usual ones: what demand is measured by.</summary>
    public double PerWindow => Math.Min(Requests ?? int.MaxValue, Tokens / (double)TokensOfRequest.Usual ?? int.MaxValue) * Math.Max(1, Keys.Count);

    /// <summary>The window.</summary>
    public TimeSpan Window { get; init; } = UpstreamList.TwoSeconds;

    /// <summary>How many requests go in so long besides, where there is a second limit; null where there is none.</summary>
    public (int Quota, TimeSpan Window)? Secondary { get; init; }

    /// <summary>How many tokens go in a window, for each key; null where there is no such limit.</summary>
    public int? Tokens { get; init; }

    /// <summary>How many tokens a request takes on average, and the most that one may take.</summary>
    public (int Usual, int Largest) TokensOfRequest { get; init; } = (UpstreamList.UsualTokens, UpstreamList.LargestTokens);

    /// <summary>Requests are those of a language model: their tokens are estimated at first and known when the answer has ended.</summary>
    public bool IsLanguageModel { get; init; }

    /// <summary>The API keys of all who call it, each with the whole of its limits; empty where all call with one.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Whether several processes call it too: with several keys ours decides in each process by itself, so that there is nothing to share.</summary>
    public bool IsForSeveralProcesses => Keys is [];

    /// <summary>The limit whose use is told; null for whichever was used most, since the others could not be used further.</summary>
    public string? Judged { get; init; }

    /// <summary>By how much the use of any key may differ from that of all on average, where ours meets saturating demand.</summary>
    public double MostKeyDeviation { get; init; } = 0.05;

    /// <summary>How long an admitted request is worked on; zero: not at all.</summary>
    public TimeSpan Work { get; init; }

    /// <summary>Our configuration does not say the limit.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>Somebody else draws on the same quota, of whom no client knows.</summary>
    public bool HasStranger { get; init; }

    /// <summary>What ours must use of it, at least, when demand is saturating.</summary>
    public double LeastUtilisation { get; init; } = 0.99;
}
