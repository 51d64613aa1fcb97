namespace RateLimited.Http.AI.Tokens;

/// <summary>
/// By how much estimates are raised so that few fall short: by the configured margin at first, and by less the more is known of how far they do. One thread at a time.
/// </summary>
internal struct SafetyMargin()
{
    /// <summary>After so many responses, what was seen weighs as much as what was configured.</summary>
    private const int HalfSure = 20;

    private UpperQuantile _shortfall = new(1.05);
    private int _seen;

    /// <summary>How many estimates were compared with the truth.</summary>
    public readonly int Seen => _seen;

    /// <summary>The factor, between one and the configured one.</summary>
    public readonly double Of(double configured)
    {
        var share = (double)HalfSure / (HalfSure + _seen);
        return Math.Clamp((configured * share) + (_shortfall.Value * (1 - share)), 1, configured);
    }

    /// <summary>Takes in a truth beside what it was estimated as, without any margin.</summary>
    /// <param name="estimate">The estimate.</param>
    /// <param name="actual">The truth.</param>
    /// <param name="configured">The configured margin. What is beyond it is not remembered: it would hold the margin up long after the estimates are right.</param>
    public void Compare(double estimate, long actual, double configured)
    {
        if (estimate > 0)
        {
            _shortfall.Add(actual / estimate, configured);
            _seen++;
        }
    }
}
