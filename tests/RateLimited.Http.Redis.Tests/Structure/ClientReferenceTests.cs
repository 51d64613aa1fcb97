using System.Reflection;

namespace RateLimited.Http.Redis.Tests.Structure;

/// <summary>
/// The package is compiled against one version of the client and must run with another. Every member of it that the built assembly calls is, with the same signature, in the one that these tests run with
/// and in the newer one that users bring, whose assembly is fetched for this and never loaded.
/// </summary>
public sealed class ClientReferenceTests
{
    private static readonly string Running = Assembly.Load(ClientMembers.Client).Location;

    private static readonly string Newer = Told("NewerRedisClient");

    private static readonly string Caller = Assembly.Load(Told("RedisClientCaller")).Location;

    [Fact]
    public void Every_member_of_the_client_that_is_called_is_in_both_versions()
    {
        var called = ClientMembers.CalledBy(Caller);

        called.ShouldContain(static member => member.StartsWith(Told("RedisClientMember"), StringComparison.Ordinal));
        called.Except(ClientMembers.In(Running), StringComparer.Ordinal).ShouldBeEmpty();
        called.Except(ClientMembers.In(Newer), StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public void The_versions_are_two() => ClientMembers.VersionOf(Newer).Major.ShouldBeGreaterThan(ClientMembers.VersionOf(Running).Major);

    [Fact]
    public void A_member_that_only_one_version_has_is_seen()
    {
        var (running, newer) = (ClientMembers.In(Running), ClientMembers.In(Newer));

        newer.Except(running, StringComparer.Ordinal).ShouldContain(static member => member.StartsWith("StackExchange.Redis.RedisChannel::Literal ", StringComparison.Ordinal));
        running.Except(newer, StringComparer.Ordinal).ShouldNotBeEmpty();
    }

    /// <summary>What the project says of the package that it tests.</summary>
    private static string Told(string key) => typeof(ClientReferenceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == key).Value!;
}
