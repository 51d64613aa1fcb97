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

    /// <summary>Its position in its lane's queue.</summary>
    public uint InLane;

    /// <summary>Its position in its class's queue, where that has several lanes.</summary>
    public uint InClass;
}
