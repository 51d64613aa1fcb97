using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Pipeline;

/// <summary>What a response says of limits, in the figures that limits are corrected by. It lives on the stack.</summary>
internal struct QuotaReports
{
    private Buffer _reports;
    private int _count;

    [UnscopedRef]
    public readonly ReadOnlySpan<QuotaReport> Span => ((ReadOnlySpan<QuotaReport>)_reports)[.._count];

    /// <summary>Takes over what was read. Limits of which nothing is said but that they exist correct nothing.</summary>
    public void Add(ReadOnlySpan<LimitHint> hints)
    {
        foreach (ref readonly var hint in hints)
        {
            if (hint.Remaining is not null && _count < LimitHints.Capacity)
            {
                ((Span<QuotaReport>)_reports)[_count++] = ReportOf(hint);
            }
        }
    }

    private static QuotaReport ReportOf(in LimitHint hint)
    {
        var isBucket = hint is { Refill: > 0, RefillInterval: not null, Limit: not null };
        var window = isBucket
            ? (long)Int128.Min((Int128)hint.RefillInterval!.Value.Ticks * hint.Limit!.Value / hint.Refill!.Value, long.MaxValue)
            : (hint.Window ?? hint.ImpliedWindow() ?? TimeSpan.Zero).Ticks;
        return new QuotaReport
        {
            Name = hint.Name.Memory,
            Unit = hint.Unit,
            Limit = hint.Limit,
            Remaining = hint.Remaining,
            ResetAfter = hint.ResetAfter?.Ticks,
            NamedWindow = hint.Window?.Ticks ?? 0,
            Window = window,
            Refills = hint.ResetsToFull || isBucket,
        };
    }

    [InlineArray(LimitHints.Capacity)]
    private struct Buffer
    {
        private QuotaReport _first;
    }
}
