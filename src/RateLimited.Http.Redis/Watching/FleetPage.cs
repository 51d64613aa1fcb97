namespace RateLimited.Http.Redis.Watching;

/// <summary>What is known here of a service's processes. Written by one, read by many: each part is whole by itself.</summary>
internal sealed class FleetPage
{
    private volatile bool _isWanted;
    private volatile FleetStatus? _status;

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

    /// <summary>Whether the others may count this process. Only he who says so asks.</summary>
    public bool HasSaid { get; set; }
}
