namespace RateLimited.Http.Redis.Faults;

/// <summary>What can go wrong between us and Redis, as far as it makes a difference.</summary>
internal enum RedisErrorKind
{
    /// <summary>The server does not know the script: it is given it.</summary>
    NoScript,

    /// <summary>No answer in time: nobody knows whether it was carried out.</summary>
    TimedOut,

    /// <summary>No connection, or it broke.</summary>
    ConnectionLost,

    /// <summary>It is reading its data set.</summary>
    Loading,

    /// <summary>A replica has lost its primary.</summary>
    MasterDown,

    /// <summary>Part of the cluster is not there.</summary>
    ClusterDown,

    /// <summary>A slot is on its way to another node.</summary>
    TryAgain,

    /// <summary>Fewer replicas than it may write with.</summary>
    NoReplicas,

    /// <summary>It cannot persist and has stopped writing.</summary>
    CannotPersist,

    /// <summary>Another script has been running for too long.</summary>
    Busy,

    /// <summary>It has as many clients as it may have.</summary>
    MaxClients,

    /// <summary>It has as much data as it may have, and takes no more.</summary>
    OutOfMemory,

    /// <summary>It has become a replica.</summary>
    ReadOnly,

    /// <summary>The slot lies elsewhere and the client did not follow.</summary>
    Moved,

    /// <summary>Keys of one call lie on several nodes.</summary>
    CrossSlot,

    /// <summary>Another program keeps something else under a key of ours.</summary>
    WrongType,

    /// <summary>What lies under a key is not of the schema that this version writes.</summary>
    UnknownSchema,

    /// <summary>The script and its caller are not of one version.</summary>
    UnknownProtocol,

    /// <summary>The server has no such command: it is too old, or another one.</summary>
    UnknownCommand,

    /// <summary>The script failed.</summary>
    ScriptFailed,

    /// <summary>The user may not do it.</summary>
    NotPermitted,

    /// <summary>The server wants a password, or another one.</summary>
    NotAuthenticated,

    /// <summary>What answered cannot be read.</summary>
    Unreadable,

    /// <summary>Something that has no name here.</summary>
    Unknown,
}
