namespace RateLimited.Http.Admission;

/// <summary>Where a ticket stands in the waiting line.</summary>
internal struct LinePlace
{
    public TicketLink InClass;
    public TicketLink InDue;

    /// <summary>The lane it stands in; null when it does not wait.</summary>
    public Lane? Lane;

    /// <summary>Its place in the lane's queue.</summary>
    public long Position;

    /// <summary>The order of arrival in the whole line.</summary>
    public long Sequence;

    /// <summary>When it joined the line.</summary>
    public long Since;

    /// <summary>When it joined its present class.</summary>
    public long InClassSince;

    /// <summary>When it gives up.</summary>
    public long Deadline;

    /// <summary>What it takes of the shared limits, for fairness between tenants.</summary>
    public long Size;

    /// <summary>How often a limit of its own has held it up after it was its turn.</summary>
    public int Bounces;
}
