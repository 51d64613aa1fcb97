namespace RateLimited.Http.Configuration;

/// <summary>Which attempts are repeated, how often and after which pause. Each attempt is admitted anew and pays its quota.</summary>
public sealed class RetryOptions
{
    /// <summary>How often a request is repeated at most, 0 to 20. Zero repeats nothing. Default: 2. In configuration, <c>"Retry": 3</c> sets it alone, and <c>"Retry": false</c> sets it to 0.</summary>
    public int MaxRetries { get; set; } = 2;

    /// <summary>How pauses grow. Default: <see cref="RetryBackoff.Exponential"/>.</summary>
    public RetryBackoff Backoff { get; set; }

    /// <summary>What pauses grow from, 0 to 5 minutes. Default: 0.5 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// The longest pause, 0 to 24 h. A response whose wait (<c>Retry-After</c>) is longer is handed to the caller at once. Default: 30 s.
    /// </summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The statuses that are repeated, 400 to 599. Default, while the list is empty: 408, 429, 500, 502, 503, 504, 520 to 524, 529. Whatever the list says, a quota that is used up, a key that is
    /// refused and a permission that is missing are not.
    /// </summary>
    public IList<int> Statuses { get; } = [];

    /// <summary>The failures without a response that are repeated. Default, while the list is empty: all.</summary>
    public IList<SendFailure> Failures { get; } = [];

    /// <summary>
    /// Whether requests are repeated, after failures that leave open whether they were processed, whose method promises nothing (POST, PATCH) and that carry no <c>Idempotency-Key</c>. Default: false.
    /// </summary>
    public bool UnsafeMethods { get; set; }

    /// <summary>Up to how many bytes a content of known length is read into memory, before it is sent first, so that it can be sent again: 0 to 1 073 741 824. Default: 1 048 576.</summary>
    public long MaxReplayBuffer { get; set; } = 1_048_576;

    /// <summary>How many repeats the service gets in ten seconds, in percent of its first attempts: 0 to 1 000. Default: 10.</summary>
    public int BudgetPercent { get; set; } = 10;

    /// <summary>How many repeats the service gets in ten seconds besides: 0 to 100 000. Default: 10.</summary>
    public int BudgetFloor { get; set; } = 10;
}
