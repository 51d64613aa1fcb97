namespace RateLimited.Http.Arena.Cells;

/// <summary>Which cells run side by side. Ours never runs beside others: the retries of one would delay the requests of another by more than the network does.</summary>
internal static class Rounds
{
    /// <summary>How much runs at once.</summary>
    private const double Capacity = 13;

    public static IReadOnlyList<IReadOnlyList<Cell>> Of(IEnumerable<Cell> cells)
    {
        var rounds = new List<IReadOnlyList<Cell>>();
        foreach (var alike in cells.GroupBy(static cell => (cell.Demand, cell.Processes, cell.Strategy.IsOurs)))
        {
            // As even as they can be: the last round of a kind is not to be quieter than the others.
            var needed = (int)Math.Ceiling(alike.Sum(static cell => cell.Weight) / Capacity);
            rounds.AddRange(alike.Index().GroupBy(each => each.Index % needed, static each => each.Item).Select(static round => (IReadOnlyList<Cell>)[.. round]));
        }

        return rounds;
    }
}
