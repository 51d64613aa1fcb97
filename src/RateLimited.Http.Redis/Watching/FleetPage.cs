namespace RateLimited.Http.Redis.Watching;

/// <summary>What is known here of a service's processes. Written by one, read by many: each part is whole by itself.</summary>
internal sealed class FleetPage
{
    private volatile bool _isWanted;
    private volatile FleetStatus? _status;
    private volatile ServiceTraffic? _traffic;

    /// <summary>Whether somebody here wants to hear of the others.</summary>
    public bool IsWanted
    {
        get => _isWanted;
        set => _isWanted = value;
    }

    /// <summary>What was heard last; null where nothing was.</summary>
    public FleetStatus? Status
    {
        get => _status;
        set => _status = value;
    }

    /// <summary>Whose their requests were, as far as they told; null where none did or they were not heard of last time.</summary>
    public ServiceTraffic? Traffic
    {
        get => _traffic;
        set => _traffic = value;
    }

    /// <summary>How many there are, this one among them; null where nobody has said yet. Only he who says something asks.</summary>
    public int? Processes { get; set; }

    /// <summary>What they count. Only he who hears them asks.</summary>
    public FlowCount Flow { get; } = new();

    /// <summary>Whether the others may count this process. Only he who says so asks.</summary>
    public bool HasSaid { get; set; }
}
