using System.Reflection;
using RateLimited.Http.Redis.Faults;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Faults;

/// <summary>What servers say is told apart, and everything that can be told apart has a decision.</summary>
public sealed class RedisErrorTests
{
    [Fact]
    public void R10_every_kind_of_fault_has_a_decision()
    {
        foreach (var kind in Enum.GetValues<RedisErrorKind>())
        {
            Should.NotThrow(() => RedisError.ClassOf(kind));
        }

        Should.Throw<ArgumentOutOfRangeException>(() => RedisError.ClassOf((RedisErrorKind)(-1)));
    }

    [Theory]
    [InlineData("NOSCRIPT No matching script. Please use EVAL.", "NoScript", "Repeat")]
    [InlineData("LOADING Redis is loading the dataset in memory", "Loading", "Transient")]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "MasterDown", "Topology")]
    [InlineData("CLUSTERDOWN The cluster is down", "ClusterDown", "Topology")]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot", "TryAgain", "Transient")]
    [InlineData("NOREPLICAS Not enough good replicas to write.", "NoReplicas", "Transient")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", "CannotPersist", "Transient")]
    [InlineData("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", "Busy", "Transient")]
    [InlineData("ERR max number of clients reached", "MaxClients", "Transient")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "OutOfMemory", "Transient")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'. script: 0123456789abcdef, on @user_script:1.", "OutOfMemory", "Transient")]
    [InlineData("READONLY You can't write against a read only replica.", "ReadOnly", "Topology")]
    [InlineData("READONLY You can't write against a read only replica. script: 0123456789abcdef, on @user_script:1.", "ReadOnly", "Topology")]
    [InlineData("ERR Error running script (call to f_0123456789abcdef): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.", "ReadOnly", "Topology")]
    [InlineData("MOVED 3999 127.0.0.1:6381", "Moved", "Topology")]
    [InlineData("ASK 3999 127.0.0.1:6381", "Moved", "Topology")]
    [InlineData("CROSSSLOT Keys in request don't hash to the same slot", "CrossSlot", "Programmer")]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", "WrongType", "Programmer")]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value script: 0123456789abcdef, on @user_script:1.", "WrongType", "Programmer")]
    [InlineData("ERR Error running script (call to f_0123456789abcdef): @user_script:1: WRONGTYPE Operation against a key holding the wrong kind of value", "WrongType", "Programmer")]
    [InlineData("RLHSCHEMA a key is not of schema 2", "UnknownSchema", "Programmer")]
    [InlineData("RLHPROTOCOL this script speaks version 1", "UnknownProtocol", "Programmer")]
    [InlineData("ERR RLHSCHEMA a key is not of schema 2", "UnknownSchema", "Programmer")]
    [InlineData("ERR RLHPROTOCOL this script speaks version 1", "UnknownProtocol", "Programmer")]
    [InlineData("ERR unknown command 'EVALSHA', with args beginning with: ", "UnknownCommand", "Programmer")]
    [InlineData("ERR user_script:1: Script attempted to access nonexistent global variable 'x' script: 0123456789abcdef, on @user_script:1.", "ScriptFailed", "Programmer")]
    [InlineData("ERR Error compiling script (new function): user_script:1: '=' expected near 'x'", "ScriptFailed", "Programmer")]
    [InlineData("NOPERM User default has no permissions to run the 'evalsha' command", "NotPermitted", "Security")]
    [InlineData("ERR The user executing the script can't run this command or subcommand script: 0123456789abcdef, on @user_script:1.", "NotPermitted", "Security")]
    [InlineData("ERR The user executing the script can't access at least one of the keys mentioned in the command arguments script: 0123456789abcdef, on @user_script:1.", "NotPermitted", "Security")]
    [InlineData("NOAUTH Authentication required.", "NotAuthenticated", "Security")]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", "NotAuthenticated", "Security")]
    [InlineData("ERR invalid password", "NotAuthenticated", "Security")]
    [InlineData("ERR something that nobody has heard of", "Unknown", "Programmer")]
    [InlineData("", "Unknown", "Programmer")]
    public void What_a_server_says_is_told_apart(string message, string kind, string @class)
    {
        RedisError.KindOf(message).ToString().ShouldBe(kind);
        RedisError.ClassOf(RedisError.KindOf(message)).ToString().ShouldBe(@class);
    }

    [Fact]
    public void What_the_client_throws_is_told_apart()
    {
        RedisError.KindOf(Thrown<RedisServerException>("LOADING x")).ShouldBe(RedisErrorKind.Loading);
        RedisError.KindOf(Thrown<RedisConnectionException>(ConnectionFailureType.SocketFailure, "gone")).ShouldBe(RedisErrorKind.ConnectionLost);
        RedisError.KindOf(Thrown<RedisConnectionException>(ConnectionFailureType.AuthenticationFailure, "who")).ShouldBe(RedisErrorKind.NotAuthenticated);
        RedisError.KindOf(new TimeoutException()).ShouldBe(RedisErrorKind.TimedOut);
        RedisError.KindOf(new ObjectDisposedException("multiplexer")).ShouldBe(RedisErrorKind.ConnectionLost);
        RedisError.KindOf(new TaskCanceledException()).ShouldBe(RedisErrorKind.ConnectionLost);
        RedisError.KindOf(new InvalidDataException()).ShouldBe(RedisErrorKind.Unreadable);
        RedisError.KindOf(Thrown<RedisCommandException>("Multi-key operations must involve a single slot; all keys must hash to the same slot")).ShouldBe(RedisErrorKind.CrossSlot);
        RedisError.KindOf(Thrown<RedisCommandException>("Command cannot be issued to a slave: EVALSHA")).ShouldBe(RedisErrorKind.ReadOnly);
        RedisError.KindOf(Thrown<RedisCommandException>("This operation is not available unless admin mode is enabled")).ShouldBe(RedisErrorKind.UnknownCommand);
        RedisError.KindOf(new ArithmeticException()).ShouldBe(RedisErrorKind.Unknown);
    }

    /// <summary>The client's exceptions have no public constructors in 1.2.6.</summary>
    private static T Thrown<T>(params object[] arguments)
        where T : Exception =>
        (T)Activator.CreateInstance(typeof(T), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, binder: null, arguments, culture: null)!;
}
