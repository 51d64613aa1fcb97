namespace RateLimited.Http.Redis.Faults;

/// <summary>What people are told of a fault: what is wrong, and where it is somebody's mistake, what would be right. Never what a server or a client said, which may hold keys.</summary>
internal static class RedisFaultText
{
    public static string Of(RedisErrorKind kind) => kind switch
    {
        RedisErrorKind.CrossSlot => "Keys of one service lie on several nodes: a proxy or a client rewrites keys, which must stay as they are.",
        RedisErrorKind.WrongType => "Another program keeps something else under a key of these limits: give this one a Prefix of its own.",
        RedisErrorKind.UnknownSchema => "What lies under a key was not written by this version: give it a Prefix of its own, or delete what another program wrote.",
        RedisErrorKind.UnknownProtocol => "The script and its caller are not of one version: another program has replaced the script.",
        RedisErrorKind.UnknownCommand => "The server lacks a command: docs/redis.md has the oldest versions that have all of them, and what Garnet has to be started with.",
        RedisErrorKind.ScriptFailed => "The script failed, which it never should: report it, with the server's version.",
        RedisErrorKind.NotPermitted => "The user may not do what is needed: docs/redis.md has the rights to give it.",
        RedisErrorKind.NotAuthenticated => "The server wants another user or password.",
        RedisErrorKind.Unreadable => "The answer cannot be read: something between here and the server changes it.",
        RedisErrorKind.Unknown => "The server said something that is not known here: report it, with the server's version.",
        RedisErrorKind.ReadOnly => "It has become a replica.",
        RedisErrorKind.OutOfMemory => "It is full: docs/redis.md says how to set it up.",
        RedisErrorKind.TimedOut => "It did not answer in time.",
        RedisErrorKind.ConnectionLost => "There is no connection to it.",
        _ => $"It says that it cannot work now ({kind}).",
    };
}
