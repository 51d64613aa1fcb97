namespace RateLimited.Http.Limits;

/// <summary>
/// Goes over all that a state consists of, always in the same order: whoever writes takes the values down, whoever reads puts those in their place that were taken down. So there is one description of
/// a state for both, and they cannot part. Instants are told from other numbers, for a process that reads them has another clock.
/// </summary>
internal abstract class StateForm
{
    /// <summary>Whether values are put in their place.</summary>
    public abstract bool IsReading { get; }

    public abstract void Number(ref long value);

    public abstract void Text(ref string value);

    /// <summary>An instant on the clock of whoever wrote. What is no instant, zero, less, or <see cref="LimitRule.Never"/>, stays what it is.</summary>
    public abstract void Instant(ref long value);

    /// <summary>The same in so many bits' parts of a tick.</summary>
    public void Scaled(ref long value, int shift)
    {
        var (whole, rest) = (value >> shift, value & ((1L << shift) - 1));
        Instant(ref whole);
        Number(ref rest);
        value = IsReading ? (whole << shift) | rest : value;
    }

    public void Flag(ref bool value)
    {
        var number = value ? 1L : 0;
        Number(ref number);
        value = number != 0;
    }

    public void Count(ref int value, int most)
    {
        long number = value;
        Number(ref number);
        value = (int)Math.Clamp(number, 0, most);
    }

    /// <summary>Whether there is something; the reader is told by whoever wrote.</summary>
    public bool Has(bool isThere)
    {
        Flag(ref isThere);
        return isThere;
    }
}
