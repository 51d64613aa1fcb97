using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// What a response says of limits, in the figures that limits are corrected by. It lives on the stack, where there is room for as many as nearly every upstream tells of; for more it borrows.
/// </summary>
internal ref struct QuotaReports
{
    private Buffer _few;
    private QuotaReport[]? _many;
    private int _count;

    [UnscopedRef]
    public readonly ReadOnlySpan<QuotaReport> Span => _many is null ? ((ReadOnlySpan<QuotaReport>)_few)[.._count] : _many.AsSpan(0, _count);

    /// <summary>Takes over what was read. Limits of which nothing is said but that they exist correct nothing.</summary>
    /// <param name="hints">What was read.</param>
    /// <param name="areOfRefusal">Whether the response refused its request.</param>
    public QuotaReports(ReadOnlySpan<LimitHint> hints, bool areOfRefusal)
    {
        if (hints.Length > Buffer.Length)
        {
            _many = ArrayPool<QuotaReport>.Shared.Rent(hints.Length);
        }

        var room = _many is null ? (Span<QuotaReport>)_few : _many;
        foreach (ref readonly var hint in hints)
        {
            if (hint.Remaining is not null)
            {
                room[_count++] = ReportOf(hint, areOfRefusal);
            }
        }
    }

    /// <summary>Gives back what was borrowed, without the pieces of headers in it.</summary>
    public readonly void Dispose()
    {
        if (_many is not null)
        {
            ArrayPool<QuotaReport>.Shared.Return(_many, clearArray: true);
        }
    }

    private static QuotaReport ReportOf(in LimitHint hint, bool isOfRefusal)
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
            IsOfRefusal = isOfRefusal,
        };
    }

    [InlineArray(Length)]
    private struct Buffer
    {
        public const int Length = 4;

        private QuotaReport _first;
    }
}
