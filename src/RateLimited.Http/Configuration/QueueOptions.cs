namespace RateLimited.Http.Configuration;

/// <summary>The waiting line.</summary>
public sealed class QueueOptions
{
    /// <summary>How many requests may stand in line, 0 to 10 000 000. Default: 10 000. Zero never waits.</summary>
    public int Length { get; set; } = 10_000;

    /// <summary>How much of a unit the requests in line may cost together, by unit. Default: none, no bound but <see cref="Length"/>.</summary>
    public IDictionary<string, long> Costs { get; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>How long a request may stand in line, 0 to 31 days. Default: 100 s, the default timeout of an HttpClient.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>What happens when the line is full. Default: <see cref="QueueOverflow.RefuseNewest"/>.</summary>
    public QueueOverflow Overflow { get; set; }

    /// <summary>After how long in line a request rises by one priority class, 10 ms to 31 days. Default: 30 s.</summary>
    public TimeSpan Ageing { get; set; } = TimeSpan.FromSeconds(30);
}
