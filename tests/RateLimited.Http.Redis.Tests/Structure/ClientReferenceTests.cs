using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using RateLimited.Http.Redis.Connection;

namespace RateLimited.Http.Redis.Tests.Structure;

/// <summary>
/// The package is compiled against one version of the client and must run with another. Every member of it that the built assembly names is in both: in the one that these tests run with, and in the list
/// that was checked against the other, which test.sh compiles with.
/// </summary>
public sealed class ClientReferenceTests
{
    private const string Client = "StackExchange.Redis";

    /// <summary>All that we call. What is added here must be in 1.2.6 and in 2.13.23, with the same signature.</summary>
    private static readonly string[] Known =
    [
        "ConfigurationOptions.Parse", "ConfigurationOptions.get_EndPoints", "ConfigurationOptions.get_Ssl", "ConfigurationOptions.set_AbortOnConnectFail",
        "ConnectionMultiplexer.ConnectAsync", "IConnectionMultiplexer.GetDatabase", "IConnectionMultiplexer.GetSubscriber", "IConnectionMultiplexer.get_IsConnected", "IConnectionMultiplexer.ConfigureAsync",
        "IDatabaseAsync.ExecuteAsync", "IDatabaseAsync.ScriptEvaluateAsync", "ISubscriber.SubscribeAsync", "RedisChannel..ctor", "RedisConnectionException.get_FailureType",
        "RedisKey.op_Implicit", "RedisResult.op_Explicit", "RedisValue.op_Implicit", "EndPointCollection.get_Count",
    ];

    [Fact]
    public void Every_member_of_the_client_that_is_called_is_in_both_versions()
    {
        var called = Members().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();

        called.ShouldNotBeEmpty();
        called.Where(static member => !Known.Contains(member, StringComparer.Ordinal)).ShouldBeEmpty();
        called.Where(static member => !IsThere(member)).ShouldBeEmpty();
    }

    private static bool IsThere(string member)
    {
        var parts = member.Split('.', 2);
        var type = Assembly.Load(Client).GetExportedTypes().SingleOrDefault(type => type.Name == parts[0]);
        const BindingFlags Any = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
        return type is not null && (type.GetMember(parts[1], Any).Length > 0 || type.GetInterfaces().Any(each => each.GetMember(parts[1], Any).Length > 0)
            || type.GetProperty(parts[1].Replace("get_", "", StringComparison.Ordinal), Any) is not null);
    }

    private static IEnumerable<string> Members()
    {
        using var file = File.OpenRead(typeof(ExchangeScript).Assembly.Location);
        using var portable = new PEReader(file);
        var metadata = portable.GetMetadataReader();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference
                && metadata.GetTypeReference((TypeReferenceHandle)member.Parent) is var type
                && type.ResolutionScope.Kind == HandleKind.AssemblyReference
                && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == Client)
            {
                yield return $"{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}";
            }
        }
    }
}
