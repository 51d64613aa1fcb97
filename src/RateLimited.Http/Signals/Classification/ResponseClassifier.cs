using RateLimited.Http.Signals.Bodies;

namespace RateLimited.Http.Signals.Classification;

/// <summary>What each response means. Status first, because headers of limits and even Retry-After come on successes too; then the body's codes, then what is left.</summary>
internal static class ResponseClassifier
{
    private static readonly TimeSpan HiddenLimitWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Whether a status says all: nothing else can make anything of the response but what it is by default.</summary>
    public static bool IsSurelyFine(int status, HeaderDialect? dialect) => status < 400 && dialect is not { MayRefuseWithSuccess: true };

    public static Verdict Classify(int status, in UpstreamSignal signal, HeaderDialect? dialect, SignalBounds bounds)
    {
        if (IsSurelyFine(status, dialect))
        {
            return default;
        }

        var meaning = signal.Body.Meaning;
        var (kind, scope) = Meaning(status, dialect) ?? ByStatus(status, signal);
        switch (kind)
        {
            case ResponseKind.Fine when dialect is { MayRefuseWithSuccess: true } && status is >= 200 and < 300 && signal.Body.TellsOfErrors
                && meaning is { Kind: ResponseKind.Limited or ResponseKind.Exhausted or ResponseKind.RefusedKey } refused:
                (kind, scope) = (refused.Kind, refused.Scope);
                break;
            case ResponseKind.Limited when meaning is { Kind: ResponseKind.Exhausted }:
                (kind, scope) = (ResponseKind.Exhausted, ResponseScope.Key);
                break;
            case ResponseKind.Permission:
                (kind, scope) = Forbidden(signal);
                break;
            case ResponseKind.Rejected or ResponseKind.Overloaded or ResponseKind.ServerFault when meaning is { Kind: ResponseKind.Limited or ResponseKind.Exhausted or ResponseKind.RefusedKey } said:
                (kind, scope) = (said.Kind, said.Scope);
                break;
            case ResponseKind.ServerFault when meaning is { Kind: ResponseKind.Overloaded }:
                kind = ResponseKind.Overloaded;
                break;
            default:
                break;
        }

        var verdict = new Verdict(kind, kind == ResponseKind.Limited ? LimitScope(scope, signal, dialect) : scope)
        {
            ShouldRetry = kind == ResponseKind.Fine ? null : signal.Has(SignalFlags.ShouldNotRetry) ? false : signal.Has(SignalFlags.ShouldRetry) ? true : null,
        };
        return Complete(verdict, status, signal, dialect, bounds);
    }

    private static (ResponseKind Kind, ResponseScope Scope)? Meaning(int status, HeaderDialect? dialect)
    {
        if (dialect is not null)
        {
            foreach (var meaning in dialect.Statuses)
            {
                if (meaning.Status == status)
                {
                    return (meaning.Kind, meaning.Scope);
                }
            }
        }

        return null;
    }

    private static (ResponseKind Kind, ResponseScope Scope) ByStatus(int status, in UpstreamSignal signal) => status switch
    {
        429 => (ResponseKind.Limited, ResponseScope.Key),
        401 => (ResponseKind.RefusedKey, ResponseScope.Key),
        402 => (ResponseKind.Exhausted, ResponseScope.Key),
        403 => (ResponseKind.Permission, ResponseScope.Endpoint),
        529 or 503 => (ResponseKind.Overloaded, ResponseScope.Service),
        408 or >= 500 => (ResponseKind.ServerFault, ResponseScope.Service),
        >= 400 => (ResponseKind.Rejected, ResponseScope.Request),
        _ => (ResponseKind.Fine, ResponseScope.Request),
    };

    /// <summary>A 403 with headers of limits usually is none: it is one if something asks to wait, if nothing remains, or if the body says so.</summary>
    private static (ResponseKind Kind, ResponseScope Scope) Forbidden(in UpstreamSignal signal)
    {
        if (signal.Body.Meaning is { Kind: not ResponseKind.Permission } said)
        {
            return (said.Kind, said.Scope);
        }

        var waits = signal.RetryAfter > TimeSpan.Zero || signal.Body.IsHiddenLimit;
        foreach (ref readonly var hint in UpstreamSignal.LimitsOf(in signal))
        {
            waits |= hint.IsExhausted;
        }

        return waits ? (ResponseKind.Limited, ResponseScope.Key) : (ResponseKind.Permission, ResponseScope.Endpoint);
    }

    private static ResponseScope LimitScope(ResponseScope scope, in UpstreamSignal signal, HeaderDialect? dialect)
    {
        if (signal.Has(SignalFlags.Global) || signal.Has(SignalFlags.Shared) || signal.Body.IsGlobal || signal.Body.IsFromBehind)
        {
            return ResponseScope.Service;
        }

        return scope == ResponseScope.Key && dialect is not null ? ByReason(signal.Reason.Span, dialect) ?? dialect.LimitScope : scope;
    }

    private static ResponseScope? ByReason(ReadOnlySpan<char> reason, HeaderDialect dialect)
    {
        foreach (var meaning in dialect.Reasons)
        {
            if (reason.Equals(meaning.Reason, StringComparison.OrdinalIgnoreCase))
            {
                return meaning.Scope;
            }
        }

        return null;
    }

    private static Verdict Complete(Verdict verdict, int status, in UpstreamSignal signal, HeaderDialect? dialect, SignalBounds bounds)
    {
        var applies = verdict.IsRefusal || (verdict.Kind == ResponseKind.Overloaded && status is 503 or 529 or 504);
        if (verdict.Kind is ResponseKind.Fine or ResponseKind.Rejected or ResponseKind.RefusedKey or ResponseKind.Permission || !(applies || verdict.Kind == ResponseKind.Overloaded))
        {
            return verdict;
        }

        var wait = (applies ? signal.RetryAfter : null) ?? (signal.Body.RetryAfterTicks is { } ticks ? bounds.Bound(ticks, out _) : null);
        if (verdict.IsRefusal)
        {
            // A wait of nothing after a refusal is how Spotify says that it doesn't know.
            var told = wait > TimeSpan.Zero ? wait : Exhausted(signal) ?? (wait is null ? null : LeastWait);
            verdict = verdict with { IsWaitGuessed = told is null && signal.Body.IsHiddenLimit };
            wait = told ?? (signal.Body.IsHiddenLimit ? HiddenLimitWait : null);
            wait = wait is { } floor ? bounds.Bound(floor.Ticks, out _) : null;
        }

        // What nothing is left of until tomorrow is no rate that was exceeded. A Retry-After knows better.
        var mayTell = wait is null || !applies || signal.RetryAfter is null;
        var returns = mayTell ? Returns(signal, bounds) : null;
        var longest = mayTell && returns is null && verdict.IsRefusal ? LongestUsedUp(signal, bounds) : null;
        if (verdict.Kind == ResponseKind.Limited && (returns ?? longest) is not null)
        {
            verdict = verdict with { Kind = ResponseKind.Exhausted };
        }

        var horizon = verdict.Kind != ResponseKind.Exhausted ? QuotaHorizon.Unknown
            : status == 402 ? QuotaHorizon.Billing
            : signal.Body.Meaning is { Horizon: not QuotaHorizon.Unknown and var said } ? said
            : longest == Day ? dialect?.DayEnds ?? QuotaHorizon.Unknown
            : longest is not null ? QuotaHorizon.Unknown
            : wait is null && returns is null ? QuotaHorizon.Unknown : QuotaHorizon.Wait;
        if (horizon == QuotaHorizon.Wait)
        {
            returns ??= Announced(signal, applies) is { } announced && bounds.IsReturn(announced) ? bounds.BoundReturn(announced) : null;
        }

        return verdict with { Wait = wait, Returns = horizon == QuotaHorizon.Wait ? returns : null, RetryAfterApplies = applies && signal.RetryAfter is not null, Horizon = horizon };
    }

    /// <summary>The wait that the response asks for, whatever it is.</summary>
    private static long? Announced(in UpstreamSignal signal, bool applies) => (applies ? signal.AnnouncedRetryAfter?.Ticks : null) ?? signal.Body.RetryAfterTicks;

    /// <summary>When the last of the quotas returns of which nothing is left.</summary>
    private static TimeSpan? Returns(in UpstreamSignal signal, SignalBounds bounds)
    {
        TimeSpan? last = null;
        foreach (ref readonly var hint in UpstreamSignal.LimitsOf(in signal))
        {
            last = hint.IsExhausted && !(hint.ReturnsAfter <= last) ? hint.ReturnsAfter ?? last : last;
        }

        return last is { } returns ? bounds.BoundReturn(returns.Ticks) : null;
    }

    /// <summary>The longest of the windows of more than an hour of which nothing is left, and that end nobody says when.</summary>
    private static TimeSpan? LongestUsedUp(in UpstreamSignal signal, SignalBounds bounds)
    {
        TimeSpan? longest = null;
        var waitedFor = bounds.MaxHint > Hour ? bounds.MaxHint : Hour;
        foreach (ref readonly var hint in UpstreamSignal.LimitsOf(in signal))
        {
            longest = hint.IsUsedUpForLong(waitedFor) && !(hint.Window <= longest) ? hint.Window : longest;
        }

        return longest;
    }

    private static TimeSpan? Exhausted(in UpstreamSignal signal)
    {
        TimeSpan? longest = null;
        foreach (ref readonly var hint in UpstreamSignal.LimitsOf(in signal))
        {
            var cost = Math.Max(1, hint.Unit == "points" ? signal.Body.RequestedCost ?? 1 : 1);
            if ((hint.IsExhausted || hint.Remaining < cost) && hint.WaitFor(cost) is { } wait && !(wait <= longest))
            {
                longest = wait > TimeSpan.Zero ? wait : longest ?? LeastWait;
            }
        }

        return longest;
    }
}
