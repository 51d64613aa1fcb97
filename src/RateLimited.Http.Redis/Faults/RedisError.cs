using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Faults;

/// <summary>Tells faults apart, by what servers and the client say. Pure functions that never throw.</summary>
internal static partial class RedisError
{
    /// <summary>What the fault means. Every kind has a decision: there is no default, and a test asks for each.</summary>
    public static RedisFaultClass ClassOf(RedisErrorKind kind) => kind switch
    {
        RedisErrorKind.NoScript => RedisFaultClass.Repeat,
        RedisErrorKind.TimedOut or RedisErrorKind.ConnectionLost or RedisErrorKind.Loading or RedisErrorKind.TryAgain or RedisErrorKind.NoReplicas
            or RedisErrorKind.CannotPersist or RedisErrorKind.Busy or RedisErrorKind.MaxClients or RedisErrorKind.OutOfMemory => RedisFaultClass.Transient,
        RedisErrorKind.MasterDown or RedisErrorKind.ClusterDown or RedisErrorKind.ReadOnly or RedisErrorKind.Moved => RedisFaultClass.Topology,
        RedisErrorKind.CrossSlot or RedisErrorKind.WrongType or RedisErrorKind.UnknownSchema or RedisErrorKind.UnknownProtocol or RedisErrorKind.UnknownCommand
            or RedisErrorKind.ScriptFailed or RedisErrorKind.Unreadable or RedisErrorKind.Unknown => RedisFaultClass.Programmer,
        RedisErrorKind.NotPermitted or RedisErrorKind.NotAuthenticated => RedisFaultClass.Security,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of fault without a decision."),
    };

    public static RedisErrorKind KindOf(Exception failure) => failure switch
    {
        RedisServerException server => KindOf(server.Message),
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => RedisErrorKind.NotAuthenticated,
        RedisConnectionException or ObjectDisposedException or OperationCanceledException => RedisErrorKind.ConnectionLost,
        TimeoutException => RedisErrorKind.TimedOut,
        RedisCommandException command => KindOfCommand(command.Message),
        InvalidDataException => RedisErrorKind.Unreadable,
        _ => RedisErrorKind.Unknown,
    };

    /// <summary>What a server's error says. Its first word names it; from inside a script older servers say it further back.</summary>
    public static RedisErrorKind KindOf(string message)
    {
        var kind = KindOfWord(FirstWord(message), message);
        if (kind != RedisErrorKind.ScriptFailed)
        {
            return kind;
        }

        foreach (Match inner in InnerError().Matches(message))
        {
            var within = KindOfWord(inner.Groups["word"].Value, message);
            if (within is not (RedisErrorKind.Unknown or RedisErrorKind.ScriptFailed))
            {
                return within;
            }
        }

        return kind;
    }

    private static RedisErrorKind KindOfWord(string word, string message) => word switch
    {
        "NOSCRIPT" => RedisErrorKind.NoScript,
        "LOADING" => RedisErrorKind.Loading,
        "MASTERDOWN" => RedisErrorKind.MasterDown,
        "CLUSTERDOWN" => RedisErrorKind.ClusterDown,
        "TRYAGAIN" => RedisErrorKind.TryAgain,
        "NOREPLICAS" => RedisErrorKind.NoReplicas,
        "MISCONF" => RedisErrorKind.CannotPersist,
        "BUSY" => RedisErrorKind.Busy,
        "OOM" => RedisErrorKind.OutOfMemory,
        "READONLY" => RedisErrorKind.ReadOnly,
        "MOVED" or "ASK" => RedisErrorKind.Moved,
        "CROSSSLOT" => RedisErrorKind.CrossSlot,
        "WRONGTYPE" => RedisErrorKind.WrongType,
        "RLHSCHEMA" => RedisErrorKind.UnknownSchema,
        "RLHPROTOCOL" => RedisErrorKind.UnknownProtocol,
        "NOPERM" => RedisErrorKind.NotPermitted,
        "NOAUTH" or "WRONGPASS" => RedisErrorKind.NotAuthenticated,
        "ERR" => KindOfSentence(message),
        _ => RedisErrorKind.Unknown,
    };

    /// <summary>What has no word of its own.</summary>
    private static RedisErrorKind KindOfSentence(string message) =>
        message.Contains("max number of clients", StringComparison.OrdinalIgnoreCase) ? RedisErrorKind.MaxClients
        : message.Contains("RLHSCHEMA", StringComparison.Ordinal) ? RedisErrorKind.UnknownSchema
        : message.Contains("RLHPROTOCOL", StringComparison.Ordinal) ? RedisErrorKind.UnknownProtocol
        : message.Contains("user executing the script can't", StringComparison.OrdinalIgnoreCase) ? RedisErrorKind.NotPermitted
        : message.Contains("user_script", StringComparison.Ordinal) || message.Contains("running script", StringComparison.OrdinalIgnoreCase) || message.Contains("compiling script", StringComparison.OrdinalIgnoreCase) ? RedisErrorKind.ScriptFailed
        : message.Contains("unknown command", StringComparison.OrdinalIgnoreCase) || message.Contains("unknown subcommand", StringComparison.OrdinalIgnoreCase) ? RedisErrorKind.UnknownCommand
        : message.Contains("password", StringComparison.OrdinalIgnoreCase) ? RedisErrorKind.NotAuthenticated
        : RedisErrorKind.Unknown;

    /// <summary>What the client refuses to send, before any server has seen it.</summary>
    private static RedisErrorKind KindOfCommand(string message) =>
        message.Contains("same slot", StringComparison.OrdinalIgnoreCase) ? RedisErrorKind.CrossSlot
        : message.Contains("slave", StringComparison.OrdinalIgnoreCase) || message.Contains("replica", StringComparison.OrdinalIgnoreCase) ? RedisErrorKind.ReadOnly
        : RedisErrorKind.UnknownCommand;

    private static string FirstWord(string message)
    {
        var end = message.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    [GeneratedRegex(@"[:\s]-?(?<word>[A-Z]{3,})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InnerError();
}
