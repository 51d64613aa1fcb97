namespace RateLimited.Http.AI.Batching;

/// <summary>When a batch goes and what may be in it. Read once, when the batcher is made.</summary>
/// <typeparam name="TIn">An item.</typeparam>
public sealed class BatcherOptions<TIn>
{
    /// <summary>How many items a batch has at most, 1 to 1 000 000. Default: 100.</summary>
    public int MaxItems { get; set; } = 100;

    /// <summary>How many bytes the items of a batch have at most, 1 to 10^12; it needs <see cref="Bytes"/>. Default: null, no bound.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>How many bytes an item has, zero or more. Called once for each item, by its caller; what it throws is that item's failure. Default: null, bytes are not counted.</summary>
    public Func<TIn, long>? Bytes { get; set; }

    /// <summary>What the items of a batch cost at most, 1 to 10^12, in whatever the upstream counts: tokens, units, rows; it needs <see cref="Cost"/>. Default: null, no bound.</summary>
    public long? MaxCost { get; set; }

    /// <summary>What one item costs at most, 1 to 10^12. Default: null, as much as a batch.</summary>
    public long? MaxItemCost { get; set; }

    /// <summary>What an item costs, zero or more. Called once for each item, by its caller; what it throws is that item's failure. Default: null, costs are not counted.</summary>
    public Func<TIn, long>? Cost { get; set; }

    /// <summary>
    /// How long an item waits for others to share its batch with, 0 to 1 hour. The longest delay that batching adds while a call may go; zero waits for nobody, and batches then form of what comes
    /// while all calls are taken. Default: 20 ms.
    /// </summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How many batch calls are under way at once, 1 to 1 000. While all are, batches that are not full keep filling. Default: 4.</summary>
    public int MaxConcurrentCalls { get; set; } = 4;

    /// <summary>How many items wait to be sent at most, 1 to 1 000 000. Those in calls that are under way do not count. Default: 100 000.</summary>
    public int QueueLength { get; set; } = 100_000;

    /// <summary>What happens to an item that finds the line full. Default: <see cref="BatchOverflow.Wait"/>.</summary>
    public BatchOverflow Overflow { get; set; }

    /// <summary>
    /// What must be equal between items that share a batch, such as the model they are for. Called once for each item, by its caller. Items of which a <see cref="RateLimitScope"/> says different
    /// things (another tenant, another priority) never share one. Default: null, all others may.
    /// </summary>
    public Func<TIn, object?>? Lane { get; set; }

    /// <summary>
    /// Whether a failure of a whole call may be the fault of single items: its batch is then sent again in two halves, and so on, until the items at fault stand alone and fail alone. When the eight or more parts
    /// that are left all fail so, it is nobody's fault in particular, and they are not divided further. Default: null, never.
    /// </summary>
    public Func<Exception, bool>? SplitOn { get; set; }

    /// <summary>How many times the parts of one batch are divided at most, 0 to 10 000: each time is two more calls. Default: 64, which finds six items at fault among two thousand.</summary>
    public int MaxSplits { get; set; } = 64;

    /// <summary>
    /// Whether a failure, of a whole call or of one item, may not come again: what failed is then sent once more, and nothing else. Retries of the <see cref="HttpClient"/> below come before it
    /// and multiply with it. Default: null, never.
    /// </summary>
    public Func<Exception, bool>? RepeatOn { get; set; }

    /// <summary>How often what failed is repeated at most, 0 to 20. Default: 2.</summary>
    public int MaxRepeats { get; set; } = 2;

    /// <summary>How long the first repeat waits, 0 to 1 hour; each further one twice as long. Default: 1 s.</summary>
    public TimeSpan RepeatDelay { get; set; } = TimeSpan.FromSeconds(1);
}
