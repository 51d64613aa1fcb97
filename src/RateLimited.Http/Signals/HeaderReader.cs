using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals;

/// <summary>The one interpreter of dialects: goes over a response's headers once and writes down what they say. Total: there is no text it throws on.</summary>
internal ref struct HeaderReader
{
    private SignalBounds _bounds;
    private ref UpstreamSignal _signal;
    private string? _date;
    private SignalText _limitName;
    private SignalText _named;
    private ulong _owners;
    private RetryWait _retryAfter;
    private RetryWait _retryAfterMilliseconds;
    private RetryWait _azureRetryAfterMilliseconds;
    private bool _hasAbsolute;
    private bool _asksToWait;

    /// <summary>Reads what the index knows. Returns the dialects that have every header that was found, all bits when none was.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Read(HttpResponseHeaders headers, HeaderIndex index, SignalBounds bounds, WallTime now, ref UpstreamSignal signal)
    {
        // Set up where it stands. A constructor's copy of it takes as long as reading three headers.
        scoped HeaderReader reader = default;
        reader._bounds = bounds;
        reader._signal = ref signal;
        reader._owners = ulong.MaxValue;
        var left = SignalBounds.MaxHeaders;
        foreach (var header in headers.NonValidated)
        {
            if (index.Find(header.Key) is { } match && left-- > 0)
            {
                reader.Values(match, header.Value);
            }
        }

        reader.Finish(now);
        return reader._owners;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Values(HeaderIndex.Match match, HeaderStringValues values)
    {
        _owners &= match.Rule.Owners;
        if (values.Count == 1)
        {
            Value(match, values.ToString());
            return;
        }

        var lines = SignalBounds.MaxLines;
        foreach (var value in values)
        {
            if (lines-- == 0)
            {
                return;
            }

            Value(match, value);
        }
    }

    private void Value(HeaderIndex.Match match, string value)
    {
        switch (match.Rule.Field)
        {
            case HeaderField.Limit:
                Counts(match, value, limit: true);
                break;
            case HeaderField.Remaining:
                Counts(match, value, limit: false);
                break;
            case HeaderField.Reset or HeaderField.ResetAfter:
                Reset(match, value);
                break;
            case HeaderField.Policies or HeaderField.Items:
                Policies(match, value);
                break;
            case HeaderField.RetryAfter:
                _asksToWait = true;
                _retryAfter.Read(value, ValueFormat.Auto);
                break;
            case HeaderField.RetryAfterMilliseconds:
                _asksToWait = true;
                _retryAfterMilliseconds.Read(value, ValueFormat.Milliseconds);
                break;
            case HeaderField.AzureRetryAfterMilliseconds:
                _asksToWait = true;
                _azureRetryAfterMilliseconds.Read(value, ValueFormat.Milliseconds);
                break;
            case HeaderField.Date:
                _date ??= value;
                break;
            case HeaderField.LimitName:
                _limitName = Word(value);
                _named = match.Limit;
                break;
            default:
                if (!OtherFigure(match, value))
                {
                    Words.Read(match.Rule, Word(value), ref _signal);
                }

                break;
        }
    }

    private void Counts(HeaderIndex.Match match, string value, bool limit)
    {
        if (Numbers.TryCount(value, out var count))
        {
            ref var plain = ref Of(match);
            if (!Unsafe.IsNullRef(ref plain))
            {
                Say(ref plain, count, limit);
            }

            return;
        }

        var elements = new Elements(value);
        var first = true;
        while (elements.MoveNext())
        {
            if (!Policy.TryRead(elements.Current, elements.Start, out var policy) || policy.Limit is not { } amount || !policy.IsNumbered)
            {
                continue;
            }

            ref var hint = ref first || policy.Window == 0 || !limit ? ref Of(match) : ref _signal.Limits.Of(match.Limit, match.Unit, policy.Window, policy: true);
            if (!Unsafe.IsNullRef(ref hint))
            {
                Say(ref hint, amount, limit);
                hint.SayWindow(policy.Window);
            }

            first = false;
        }
    }

    private static void Say(ref LimitHint hint, long count, bool limit)
    {
        if (limit)
        {
            hint.SayLimit(count);
        }
        else
        {
            hint.SayRemaining(count);
        }
    }

    private void Reset(HeaderIndex.Match match, string value)
    {
        if (value.Length > SignalBounds.MaxHeaderLength)
        {
            return;
        }

        if (Times.TryRead(value, match.Rule.Format, out var time))
        {
            Reset(match, time);
            return;
        }

        var elements = new Elements(value);
        while (elements.MoveNext())
        {
            var parameters = elements.Current.IndexOf(';');
            if (Times.TryRead(parameters < 0 ? elements.Current : elements.Current[..parameters], match.Rule.Format, out time))
            {
                Reset(match, time);
            }
        }
    }

    private void Reset(HeaderIndex.Match match, SignalTime time)
    {
        ref var hint = ref Of(match);
        if (Unsafe.IsNullRef(ref hint))
        {
            return;
        }

        _hasAbsolute |= time.IsAbsolute;
        hint.SayReset(time, exact: match.Rule.Field == HeaderField.ResetAfter);
        if (match.Rule.ResetsToFull)
        {
            hint.SayUntilFull();
        }
    }

    private bool OtherFigure(HeaderIndex.Match match, string value)
    {
        switch (match.Rule.Field)
        {
            case HeaderField.Used:
                if (Numbers.TryCount(value, out var used))
                {
                    ref var hint = ref Of(match);
                    if (!Unsafe.IsNullRef(ref hint))
                    {
                        hint.SayUsed(used);
                    }
                }

                return true;
            case HeaderField.UsedOfLimit:
                UsedOfLimit(match, value);
                return true;
            case HeaderField.Window or HeaderField.RefillInterval or HeaderField.Refill:
                Shape(match, value);
                return true;
            default:
                return false;
        }
    }

    private void Shape(HeaderIndex.Match match, string value)
    {
        ref var hint = ref Of(match);
        if (Unsafe.IsNullRef(ref hint))
        {
            return;
        }

        if (match.Rule.Field == HeaderField.Refill)
        {
            if (Numbers.TryCount(value, out var amount))
            {
                hint.SayRefill(amount);
            }
        }
        else if (Times.TryRead(value, match.Rule.Format, out var time) && !time.IsAbsolute)
        {
            if (match.Rule.Field == HeaderField.Window)
            {
                hint.SayWindow(time.Ticks);
            }
            else
            {
                hint.SayRefillInterval(time.Ticks);
            }
        }
    }

    private void UsedOfLimit(HeaderIndex.Match match, string value)
    {
        var elements = new Elements(value);
        while (elements.MoveNext())
        {
            var pair = elements.Current;
            var equals = pair.IndexOf('=');
            var name = equals > 0 && pair[..equals].Trim() is var written && !written.Equals("api-usage", StringComparison.OrdinalIgnoreCase)
                ? new SignalText(value, elements.Start, written.Length)
                : match.Limit;
            pair = pair[(equals + 1)..];
            var end = pair.IndexOfAny('(', ';');
            pair = end < 0 ? pair : pair[..end];
            var slash = pair.IndexOf('/');
            if (slash > 0 && Numbers.TryCount(pair[..slash], out var used) && Numbers.TryCount(pair[(slash + 1)..], out var limit))
            {
                ref var hint = ref _signal.Limits.Of(name, match.Unit, match.Window, policy: false);
                if (!Unsafe.IsNullRef(ref hint))
                {
                    hint.SayUsed(used);
                    hint.SayLimit(limit);
                }
            }
        }
    }

    private void Policies(HeaderIndex.Match match, string value)
    {
        // The seventh draft alone wrote a dictionary: "limit=5000, remaining=100, reset=36000".
        var elements = new Elements(value);
        while (elements.MoveNext())
        {
            var element = elements.Current;
            var equals = element.IndexOf('=');
            if (match.Rule.Field == HeaderField.Items && equals > 0 && element.IndexOf(';') is var semicolon && (semicolon < 0 || semicolon > equals))
            {
                DictionaryEntry(match, element[..equals].Trim(), semicolon < 0 ? element[(equals + 1)..] : element[(equals + 1)..semicolon]);
                continue;
            }

            if (Policy.TryRead(element, elements.Start, out var policy))
            {
                Announce(match, value, policy);
            }
        }
    }

    private void DictionaryEntry(HeaderIndex.Match match, ReadOnlySpan<char> key, ReadOnlySpan<char> value)
    {
        ref var hint = ref Of(match);
        if (Unsafe.IsNullRef(ref hint))
        {
            return;
        }

        if (key.SequenceEqual("reset"))
        {
            if (Times.TryRead(value, ValueFormat.Auto, out var time))
            {
                Reset(match, time);
            }
        }
        else if (Numbers.TryCount(value, out var count) && (key.SequenceEqual("limit") || key.SequenceEqual("remaining")))
        {
            Say(ref hint, count, limit: key[0] == 'l');
        }
    }

    private void Announce(HeaderIndex.Match match, string value, Policy policy)
    {
        ref var hint = ref policy.IsNumbered
            ? ref _signal.Limits.Of(match.Limit, match.Unit, policy.Window, policy: true)
            : ref _signal.Limits.Of(new SignalText(value, policy.NameStart, policy.NameLength), policy.Unit, 0, policy: false);
        if (Unsafe.IsNullRef(ref hint))
        {
            return;
        }

        hint.SayWindow(policy.Window);
        if (policy.Limit is { } limit)
        {
            hint.SayLimit(limit);
        }

        if (policy.Remaining is { } remaining)
        {
            hint.SayRemaining(remaining);
        }

        if (policy.Reset is { } reset)
        {
            hint.SayReset(new SignalTime(reset), exact: false);
        }

        if (policy.KeyLength > 0)
        {
            hint.PartitionKey = new SignalText(value, policy.KeyStart, policy.KeyLength);
        }

        if (policy.Unit.Length > 0 && match.Rule.Field == HeaderField.Policies && !policy.IsNumbered)
        {
            hint.Unit = policy.Unit;
        }
    }

    private ref LimitHint Of(HeaderIndex.Match match) => ref _signal.Limits.Of(match.Limit, match.Unit, match.Window, policy: false);

    private static SignalText Word(string value) => value.Length > SignalText.MaxLength ? default : (SignalText)value.Trim();

    private void Finish(WallTime now)
    {
        var upstreamNow = _hasAbsolute || _retryAfter.IsAbsolute ? UpstreamNow(now.UtcTicks) : 0;
        Conclusions.Finish(ref _signal.Limits, _limitName, _named, upstreamNow, _bounds);
        if (_asksToWait && RetryWait.TryGet(upstreamNow, _retryAfter, [_retryAfterMilliseconds, _azureRetryAfterMilliseconds], out var wait))
        {
            _signal.RetryAfter = _bounds.Bound(wait, out var exceeded);
            _signal.AnnouncedRetryAfter = new TimeSpan(wait);
            _signal.Flags |= exceeded ? SignalFlags.RetryAfterExceedsBound : SignalFlags.None;
        }
    }

    /// <summary>The time by the upstream's clock, as far as its date can be believed.</summary>
    private readonly long UpstreamNow(long now) =>
        _date is { } date && Dates.TryTicks(date, out var said) && Math.Abs(said - now) <= SignalBounds.MaxSkew.Ticks ? said : now;
}
