using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals;

/// <summary>Headers that carry words and single figures beside the limits.</summary>
internal static class Words
{
    public static void Read(HeaderRule rule, SignalText word, ref UpstreamSignal signal)
    {
        switch (rule.Field)
        {
            case HeaderField.Bucket:
                signal.Bucket = word;
                break;
            case HeaderField.Scope:
                signal.Scope = word;
                signal.Flags |= Is(word, "global") ? SignalFlags.Global : Is(word, "shared") ? SignalFlags.Shared : SignalFlags.None;
                break;
            case HeaderField.Global:
                signal.Flags |= Is(word, "true") ? SignalFlags.Global : SignalFlags.None;
                break;
            case HeaderField.Reason:
                signal.Reason = word;
                break;
            case HeaderField.NearLimit:
                signal.Flags |= Is(word, "true") ? SignalFlags.NearLimit : SignalFlags.None;
                break;
            case HeaderField.Penalty:
                signal.Flags |= Is(word, "true") ? SignalFlags.Penalty : SignalFlags.None;
                break;
            case HeaderField.ShouldRetry:
                signal.Flags |= Is(word, "true") ? SignalFlags.ShouldRetry : Is(word, "false") ? SignalFlags.ShouldNotRetry : SignalFlags.None;
                break;
            case HeaderField.ErrorCode:
                signal.ErrorCode = word;
                break;
            case HeaderField.Cost when Numbers.TryCount(word.Span, out var cost):
                signal.Cost = Math.Max(signal.Cost ?? 0, cost);
                signal.CostUnit = rule.Unit;
                break;
            case HeaderField.Load when Numbers.TryScaled(word.Span, 1000, roundUp: true, out var load):
                signal.LoadPermille = (int)Math.Min(load, int.MaxValue);
                signal.Flags |= load >= 800 ? SignalFlags.NearLimit : SignalFlags.None;
                break;
            default:
                break;
        }
    }

    private static bool Is(SignalText word, string expected) => word.Span.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
