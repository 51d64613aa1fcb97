namespace RateLimited.Http.Arena.Cells;

/// <summary>What one process saw of a cell.</summary>
internal sealed record CellShare
{
    /// <summary>The cell's number.</summary>
    public int Cell { get; init; }

    /// <summary>How many calls each tenant wanted to make.</summary>
    public Dictionary<string, int> Asked { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How many of each tenant's succeeded in time.</summary>
    public Dictionary<string, int> Ok { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How many ended otherwise: in a refusal or an exception.</summary>
    public int Failed { get; set; }

    /// <summary>Of those that succeeded, from the asking to the end of the answer, in milliseconds.</summary>
    public List<double> Waits { get; init; } = [];
}
