namespace RateLimited.Http.Resilience;

/// <summary>The circuits that other processes have for the same service. Durations in ticks. Thread-safe; nothing here waits.</summary>
internal interface IFleetCircuit
{
    /// <summary>Says whom to tell, outside of every lock.</summary>
    /// <param name="opened">Another process's circuit has opened, or is about to be probed, for so long; null where nobody said how long.</param>
    /// <param name="closed">Another process has closed it.</param>
    /// <param name="claimed">Whether this process is the one to probe, after <see cref="TryClaim"/>.</param>
    void AttachCircuit(Action<long?> opened, Action closed, Action<bool> claimed);

    /// <summary>Whether circuits are told and heard of from now on.</summary>
    void ShareCircuit(bool isShared);

    /// <summary>This process's circuit has opened for so long.</summary>
    void TellOpened(long duration);

    /// <summary>This process's circuit has closed.</summary>
    void TellClosed();

    /// <summary>Asks to be the one that probes, for so long. Returns false where nobody can be asked.</summary>
    bool TryClaim(long duration);
}
