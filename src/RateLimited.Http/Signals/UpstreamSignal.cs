using System.Runtime.CompilerServices;
using RateLimited.Http.Signals.Bodies;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals;

/// <summary>
/// Everything that one response says of its limits, as bounded values. It is large: read it and use it in one synchronous method, never across an await.
/// </summary>
internal struct UpstreamSignal
{
    private LimitHints _limits;

    /// <summary>
    /// Readies it for a response. Room for limits is cleared when it is taken and not before: clearing all of it each time would cost a fifth of reading.
    /// </summary>
    public static void Begin(out UpstreamSignal signal)
    {
        Unsafe.SkipInit(out signal);
        signal._limits.Clear();
        signal.Dialect = null;
        signal.RetryAfter = null;
        signal.AnnouncedRetryAfter = null;
        signal.Bucket = default;
        signal.Scope = default;
        signal.Reason = default;
        signal.ErrorCode = default;
        signal.Cost = null;
        signal.CostUnit = null;
        signal.LoadPermille = null;
        signal.Flags = SignalFlags.None;
        signal.Body = default;
        signal.Verdict = default;
    }

    /// <summary>The limits, with <c>ref</c> so that nobody copies them.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ref LimitHints Limits => ref _limits;

    internal static ReadOnlySpan<LimitHint> LimitsOf(ref readonly UpstreamSignal signal) => signal._limits.Span;

    /// <summary>The dialect that was configured, or the one the names belong to; null when nothing was recognised.</summary>
    public HeaderDialect? Dialect { get; internal set; }

    /// <summary>The wait the upstream asks for, within the bounds. Whether it means anything depends on the status: <see cref="Verdict"/> knows.</summary>
    public TimeSpan? RetryAfter { get; internal set; }

    /// <summary>The wait as announced, for messages. Nothing may wait for it.</summary>
    public TimeSpan? AnnouncedRetryAfter { get; internal set; }

    /// <summary>The upstream's name of what it counts this request in.</summary>
    public SignalText Bucket { get; internal set; }

    /// <summary>The upstream's word for whom its refusal concerns: <c>user</c>, <c>shared</c>, <c>global</c>.</summary>
    public SignalText Scope { get; internal set; }

    /// <summary>The upstream's word for why it refused.</summary>
    public SignalText Reason { get; internal set; }

    /// <summary>The error code that a header carries.</summary>
    public SignalText ErrorCode { get; internal set; }

    /// <summary>What the request did cost, where a header tells, or the body.</summary>
    public long? Cost { get; internal set; }

    /// <summary>What <see cref="Cost"/> counts.</summary>
    public string? CostUnit { get; internal set; }

    /// <summary>How much of the limit is in use, in thousandths: 800 is the point where Entra begins to tell.</summary>
    public int? LoadPermille { get; internal set; }

    public SignalFlags Flags { get; internal set; }

    public BodySignal Body { get; internal set; }

    public Verdict Verdict { get; internal set; }

    internal readonly bool Has(SignalFlags flag) => (Flags & flag) != SignalFlags.None;
}
