using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace RateLimited.Http.Tests.Structure;

/// <summary>Decodes a signature into the names of all types in it, type arguments and modifiers included.</summary>
internal sealed class TypeNames(MetadataReader metadata) : ISignatureTypeProvider<IEnumerable<TypeName>, object?>
{
    public IEnumerable<TypeName> Of(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => [Outermost((TypeDefinitionHandle)handle)],
        HandleKind.TypeReference => [Outermost((TypeReferenceHandle)handle)],
        HandleKind.TypeSpecification => metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, genericContext: null),
        _ => throw new InvalidDataException($"{handle.Kind} is not a type."),
    };

    public TypeName Outermost(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        while (type.GetDeclaringType() is { IsNil: false } outer)
        {
            type = metadata.GetTypeDefinition(outer);
        }

        return new TypeName(metadata.GetString(type.Namespace), metadata.GetString(type.Name), IsOurs: true);
    }

    public IEnumerable<TypeName> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(handle);

    public IEnumerable<TypeName> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(handle);

    public IEnumerable<TypeName> GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Of(handle);

    public IEnumerable<TypeName> GetPrimitiveType(PrimitiveTypeCode typeCode) => [new TypeName("System", typeCode.ToString(), IsOurs: false)];

    public IEnumerable<TypeName> GetSZArrayType(IEnumerable<TypeName> elementType) => elementType;

    public IEnumerable<TypeName> GetArrayType(IEnumerable<TypeName> elementType, ArrayShape shape) => elementType;

    public IEnumerable<TypeName> GetByReferenceType(IEnumerable<TypeName> elementType) => elementType;

    public IEnumerable<TypeName> GetPointerType(IEnumerable<TypeName> elementType) => elementType;

    public IEnumerable<TypeName> GetPinnedType(IEnumerable<TypeName> elementType) => elementType;

    public IEnumerable<TypeName> GetModifiedType(IEnumerable<TypeName> modifier, IEnumerable<TypeName> unmodifiedType, bool isRequired) => modifier.Concat(unmodifiedType);

    public IEnumerable<TypeName> GetGenericInstantiation(IEnumerable<TypeName> genericType, ImmutableArray<IEnumerable<TypeName>> typeArguments) =>
        genericType.Concat(typeArguments.SelectMany(static argument => argument));

    public IEnumerable<TypeName> GetFunctionPointerType(MethodSignature<IEnumerable<TypeName>> signature) =>
        signature.ReturnType.Concat(signature.ParameterTypes.SelectMany(static parameter => parameter));

    public IEnumerable<TypeName> GetGenericMethodParameter(object? genericContext, int index) => [];

    public IEnumerable<TypeName> GetGenericTypeParameter(object? genericContext, int index) => [];

    private TypeName Outermost(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }

        return new TypeName(metadata.GetString(type.Namespace), metadata.GetString(type.Name), IsOurs: false);
    }
}
