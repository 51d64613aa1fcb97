using RateLimited.Http.Arena.Clients;
using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Arena.Cells;

/// <summary>One client strategy at one upstream under one demand, from one process or several.</summary>
internal sealed record Cell(int Number, Strategy Strategy, ArenaUpstream Upstream, DemandKind Demand, int Processes)
{
    /// <summary>How much of the machine it takes, by experience: a cell with hundreds of callers that are refused takes most.</summary>
    public double Weight => Demand switch
    {
        DemandKind.Saturating => Strategy.IsOurs ? 2 : 1,
        DemandKind.Bursty => Strategy.IsOurs ? 1 : 0.5,
        _ => 0.12,
    };

    public override string ToString() => $"{Strategy.Name} at {Upstream.Name}, {Demand.ToString().ToLowerInvariant()}, {Processes} process{(Processes == 1 ? "" : "es")}";
}
