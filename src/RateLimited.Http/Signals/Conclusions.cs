namespace RateLimited.Http.Signals;

/// <summary>What the headers say together, once all are read.</summary>
internal static class Conclusions
{
    public static void Finish(ref LimitHints limits, SignalText limitName, SignalText named, long upstreamNow, SignalBounds bounds)
    {
        MergePolicies(ref limits);
        for (var i = limits.Count - 1; i >= 0; i--)
        {
            ref var hint = ref limits.Writable[i];
            hint.Finish(upstreamNow, bounds);
            if (!hint.SaysAnything)
            {
                limits.RemoveAt(i);
            }
            else if (!limitName.IsEmpty && !hint.IsPolicy && (hint.Name == named || hint.Name == UnitCost.Requests))
            {
                hint.Name = limitName;
            }
        }
    }

    /// <summary>Before the eighth draft the limit named no policy: it was the one with the same quota.</summary>
    private static void MergePolicies(ref LimitHints limits)
    {
        for (var i = limits.Count - 1; i >= 0; i--)
        {
            ref var policy = ref limits.Writable[i];
            if (!policy.IsPolicy)
            {
                continue;
            }

            foreach (ref var hint in limits.Writable)
            {
                if (!hint.IsPolicy && hint.Name == policy.Name && hint.Limit == policy.Limit && (hint.Window is null || hint.Window == policy.Window))
                {
                    hint.SayWindow(policy.Window?.Ticks ?? 0);
                    limits.RemoveAt(i);
                    break;
                }
            }
        }
    }
}
