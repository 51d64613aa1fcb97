using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RateLimited.Http.Redis.Tests.Structure;

/// <summary>The members of the client that an assembly calls, and those that an assembly of the client has, each with its whole signature.</summary>
internal static class ClientMembers
{
    public const string Client = "StackExchange.Redis";

    public static IReadOnlyList<string> CalledBy(string path) => Read(path, static reader => reader.MemberReferences.Select(handle => NameOf(reader, reader.GetMemberReference(handle))).OfType<string>());

    public static IReadOnlyList<string> In(string path) => Read(path, static reader =>
        from type in reader.TypeDefinitions
        let name = SignatureText.Provider.GetTypeFromDefinition(reader, type, 0)
        from member in MembersOf(reader, reader.GetTypeDefinition(type))
        select $"{name}::{member}");

    /// <summary>The version that an assembly says it is.</summary>
    public static Version VersionOf(string path)
    {
        using var portable = new PEReader(File.OpenRead(path));
        return portable.GetMetadataReader().GetAssemblyDefinition().Version;
    }

    private static List<string> Read(string path, Func<MetadataReader, IEnumerable<string>> members)
    {
        using var portable = new PEReader(File.OpenRead(path));
        return [.. members(portable.GetMetadataReader()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static string? NameOf(MetadataReader reader, MemberReference member)
    {
        if (OwnerOf(reader, member.Parent) is not { } owner)
        {
            return null;
        }

        var name = reader.GetString(member.Name);
        return member.GetKind() == MemberReferenceKind.Field
            ? $"{owner}::{name} {member.DecodeFieldSignature(SignatureText.Provider, null)}"
            : $"{owner}::{name} {SignatureText.Of(member.DecodeMethodSignature(SignatureText.Provider, null))}";
    }

    /// <summary>The type of the client that a member is of, without its arguments if it is generic; null for members of others.</summary>
    private static string? OwnerOf(MetadataReader reader, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeSpecification)
        {
            var text = SignatureText.Provider.GetTypeFromSpecification(reader, null, (TypeSpecificationHandle)parent, 0);
            return text.StartsWith(Client + ".", StringComparison.Ordinal) ? text.Split('<')[0] : null;
        }

        return parent.Kind == HandleKind.TypeReference && AssemblyOf(reader, reader.GetTypeReference((TypeReferenceHandle)parent)) == Client
            ? SignatureText.Provider.GetTypeFromReference(reader, (TypeReferenceHandle)parent, 0)
            : null;
    }

    private static string? AssemblyOf(MetadataReader reader, TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.TypeReference => AssemblyOf(reader, reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
        _ => null,
    };

    private static IEnumerable<string> MembersOf(MetadataReader reader, TypeDefinition type)
    {
        foreach (var handle in type.GetMethods())
        {
            var method = reader.GetMethodDefinition(handle);
            if ((method.Attributes & System.Reflection.MethodAttributes.MemberAccessMask) == System.Reflection.MethodAttributes.Public)
            {
                yield return $"{reader.GetString(method.Name)} {SignatureText.Of(method.DecodeSignature(SignatureText.Provider, null))}";
            }
        }

        foreach (var handle in type.GetFields())
        {
            var field = reader.GetFieldDefinition(handle);
            yield return $"{reader.GetString(field.Name)} {field.DecodeSignature(SignatureText.Provider, null)}";
        }
    }
}
