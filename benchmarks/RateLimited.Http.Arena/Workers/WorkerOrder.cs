using RateLimited.Http.Arena.Demand;

namespace RateLimited.Http.Arena.Workers;

/// <summary>A line from the arena to one of its processes.</summary>
internal sealed record WorkerOrder
{
    /// <summary>The round's cells, to make clients for; null: those that were made are to begin.</summary>
    public IReadOnlyList<CellOrder>? Prepare { get; init; }

    /// <summary>How long the cells run.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>What demand and jitter are drawn from.</summary>
    public int Seed { get; init; }
}

/// <summary>A process's part in a cell.</summary>
/// <param name="Number">The cell's number.</param>
/// <param name="Strategy">The strategy's name.</param>
/// <param name="Upstream">The upstream's name.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Demand">The demand.</param>
/// <param name="Process">Which of the cell's processes this one is.</param>
/// <param name="Processes">How many there are.</param>
/// <param name="Redis">Where the processes of ours meet; null where they do not.</param>
/// <param name="After">When demand begins, after the others': bursts that all upstreams let in at once are delayed by the machine more than by the network.</param>
internal sealed record CellOrder(int Number, string Strategy, string Upstream, Uri Address, DemandKind Demand, int Process, int Processes, string? Redis, TimeSpan After);
