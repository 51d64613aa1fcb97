using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>How an upstream holds with API keys, their limits apart.</summary>
internal sealed partial class VirtualUpstream
{
    private readonly HashSet<string> _revoked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _exhausted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _storms = new(StringComparer.Ordinal);

    /// <summary>Whether a client has forgotten what a key has used, because it had none of that name for a while.</summary>
    public bool IsForgotten { get; set; }

    public void Revoke(string text) => _revoked.Add(text);

    /// <summary>What a quota holds is used up until an instant, whoever draws on it.</summary>
    public void Exhaust(string quota, long until) => _exhausted[quota] = until;

    public void Storm(string quota, long until) => _storms[quota] = until;

    /// <summary>What it answers to a request for its key's sake, whatever its limits say; null when it has nothing against the key.</summary>
    public Verdict? RefusalOf(VirtualKey key, string text, World world)
    {
        if (_revoked.Contains(text))
        {
            return new Verdict(ResponseKind.RefusedKey, ResponseScope.Key);
        }

        if (_exhausted.GetValueOrDefault(key.Quota) is var exhausted && exhausted > world.Now)
        {
            var verdict = new Verdict(ResponseKind.Exhausted, ResponseScope.Key);
            return world.Draw(0, 1) == 0 ? verdict : verdict with { Wait = Until(exhausted), Returns = Until(exhausted), Horizon = QuotaHorizon.Wait };
        }

        return _storms.GetValueOrDefault(key.Quota) is var storm && storm > world.Now
            ? new Verdict(ResponseKind.Limited, ResponseScope.Key) { Wait = world.Draw(0, 2) == 0 ? null : TimeSpan.FromTicks(world.Draw(0, 3 * TimeSpan.TicksPerSecond)) }
            : null;

        TimeSpan Until(long instant) => TimeSpan.FromTicks(instant - world.Now);
    }
}
