namespace RateLimited.Http.Admission;

/// <summary>Where a ticket stands in the waiting line.</summary>
internal struct LinePlace
{
    /// <summary>The lane it stands in; null when it does not wait.</summary>
    public Lane? Lane;

    /// <summary>The order of arrival in the whole line.</summary>
    public long Sequence;

    /// <summary>When it joined the line.</summary>
    public long Since;

    /// <summary>Its positions in the queues it stands in: its lane's, its class's, and that of those with the line's own timeout.</summary>
    public uint InLane;

    public uint InClass;

    public uint InDue;

    /// <summary>Whether it gives up some time.</summary>
    public bool HasDeadline;

    /// <summary>Whether it has risen from the class it came to.</summary>
    public bool HasRisen;

    private byte _bounces;

    /// <summary>How often a limit of its own has held it up after it was its turn. A few dozen at most.</summary>
    public int Bounces
    {
        readonly get => _bounces;
        set => _bounces = (byte)value;
    }
}
