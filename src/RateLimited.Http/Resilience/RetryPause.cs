namespace RateLimited.Http.Resilience;

/// <summary>How long to pause before an attempt is repeated. Pure: chance is handed in.</summary>
internal static class RetryPause
{
    /// <summary>A thousand times the base is longer than any sensible pause; the longest pause bounds it anyway.</summary>
    public const int MostStrain = 10;

    private const int Growth = 3;

    /// <summary>The next pause: drawn evenly between two bounds of which the upper grows, up to the longest. Never negative, never longer than the longest, and never always the same.</summary>
    /// <param name="rule">Base, longest and shape.</param>
    /// <param name="attempt">The number of the attempt that failed, from zero.</param>
    /// <param name="previous">The pause before that attempt in ticks; zero before the first.</param>
    /// <param name="strain">For adaptive back-off: how often the base is doubled.</param>
    /// <param name="chance">From 0 to 1, drawn evenly.</param>
    public static long Next(RetryRule rule, int attempt, long previous, int strain, double chance)
    {
        var longest = Math.Max(0, rule.MaxDelay);
        var least = Math.Clamp(rule.BaseDelay, 0, longest);
        if (rule.Backoff == RetryBackoff.Adaptive)
        {
            least = Bounded(least, 1L << Math.Clamp(strain, 0, MostStrain), longest);
        }

        var most = rule.Backoff == RetryBackoff.Linear
            ? Bounded(least, attempt + 2L, longest)
            : Bounded(Math.Max(previous, least), Growth, longest);

        // Drawn between the base and the bound, as decorrelated jitter is, but never from less than half of the bound: a base at the longest pause would leave nothing to draw from.
        least = Math.Min(least, most / 2);
        return Math.Min(most, least + (long)((most - least) * Math.Clamp(chance, 0, 1)));
    }

    /// <summary>The pause after an upstream said how long it wants none: never shorter than that, and up to one base longer, so that not all come back in one instant.</summary>
    public static long After(long wait, RetryRule rule, double chance) => wait + (long)(Math.Clamp(rule.BaseDelay, 0, rule.MaxDelay) * Math.Clamp(chance, 0, 1));

    private static long Bounded(long value, long factor, long longest) => value > longest / factor ? longest : value * factor;
}
