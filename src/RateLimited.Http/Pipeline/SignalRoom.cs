using RateLimited.Http.Limits;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Where one response is taken in: room for what it says, and for the figures of it that limits are corrected by. A thread keeps one for its next response: on the stack all of it would be cleared each
/// time, which takes as long as reading a dozen headers. Not thread-safe, and left before anything is awaited.
/// </summary>
internal sealed class SignalRoom
{
    [ThreadStatic]
    private static SignalRoom? _kept;

    private readonly QuotaReport[] _reports = new QuotaReport[LimitHints.Capacity];

    /// <summary>What the response says. Only until the room is left.</summary>
    public UpstreamSignal Signal;

    private SignalRoom()
    {
    }

    /// <summary>Takes the thread's room, or another one where somebody is in that: whoever is told of a response may send the next.</summary>
    public static SignalRoom Enter()
    {
        var room = _kept ?? new SignalRoom();
        _kept = null;
        return room;
    }

    /// <summary>Leaves it to the next response. One that is not left is lost and nothing else.</summary>
    public void Leave() => _kept = this;

    /// <summary>What the response says, in the figures that limits are corrected by. Limits of which nothing is said but that they exist correct nothing.</summary>
    /// <param name="age">How long ago it may have been counted: since its request was admitted.</param>
    public ReadOnlySpan<QuotaReport> Reports(TimeSpan age = default)
    {
        var count = 0;
        var areOfRefusal = Signal.Verdict.IsRefusal;
        foreach (ref readonly var hint in Signal.Limits.Span)
        {
            if (hint.Remaining is not null)
            {
                Write(ref _reports[count++], hint, age, areOfRefusal);
            }
        }

        return _reports.AsSpan(0, count);
    }

    private static void Write(ref QuotaReport report, in LimitHint hint, TimeSpan age, bool isOfRefusal)
    {
        var isBucket = hint is { Refill: > 0, RefillInterval: not null, Limit: not null };
        var window = isBucket
            ? (long)Int128.Min((Int128)hint.RefillInterval!.Value.Ticks * hint.Limit!.Value / hint.Refill!.Value, long.MaxValue)
            : (hint.Window ?? hint.ImpliedWindow(age) ?? TimeSpan.Zero).Ticks;
        report = new QuotaReport
        {
            Name = hint.Name.Memory,
            Unit = hint.Unit,
            Limit = hint.Limit,
            Remaining = hint.Remaining,
            ResetAfter = hint.ResetAfter?.Ticks,
            Precision = hint.ResetPrecision.Ticks,
            Age = hint.HasAbsoluteReset ? age.Ticks : 0,
            NamedWindow = hint.Window?.Ticks ?? 0,
            Window = window,
            Refills = hint.ResetsToFull || isBucket,
            IsOfRefusal = isOfRefusal,
        };
    }
}
