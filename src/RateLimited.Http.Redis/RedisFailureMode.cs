namespace RateLimited.Http.Redis;

/// <summary>What a process does while Redis cannot be asked. A mistake of somebody's (keys on several nodes, missing rights, another program's data) is never bridged: it throws.</summary>
public enum RedisFailureMode
{
    /// <summary>Each process has its share of every quota: the quota divided by the processes that were last seen alive.</summary>
    LocalShare,

    /// <summary>Nobody goes; requests wait, for as long as they may.</summary>
    FailClosed,

    /// <summary>Everybody goes.</summary>
    FailOpen,
}
