using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RateLimited.Http.Tests.Structure;

/// <summary>
/// Every reference from a type of a built assembly to a type of its own or another assembly: base types, interfaces, constraints, attributes, signatures, locals, caught
/// exceptions, and what the method bodies name.
/// </summary>
internal sealed class AssemblyReferences
{
    private readonly MetadataReader _metadata;
    private readonly PEReader _image;
    private readonly TypeNames _names;
    private readonly HashSet<TypeReference> _found = [];
    private TypeName _from;
    private string _member = "";

    private AssemblyReferences(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _names = new TypeNames(_metadata);
    }

    public static IReadOnlyCollection<TypeReference> Of(string assemblyPath)
    {
        using var image = new PEReader(File.OpenRead(assemblyPath));
        var references = new AssemblyReferences(image);
        foreach (var handle in references._metadata.TypeDefinitions)
        {
            references.ReadType(handle);
        }

        return references._found;
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        _from = _names.Outermost(handle);
        _member = _metadata.GetString(type.Name);
        Add(type.BaseType);
        AddAttributes(type.GetCustomAttributes());
        AddConstraints(type.GetGenericParameters());
        foreach (var implementation in type.GetInterfaceImplementations())
        {
            Add(_metadata.GetInterfaceImplementation(implementation).Interface);
        }

        foreach (var implementation in type.GetMethodImplementations())
        {
            Add(_metadata.GetMethodImplementation(implementation).MethodDeclaration);
        }

        foreach (var field in type.GetFields())
        {
            ReadField(_metadata.GetFieldDefinition(field));
        }

        foreach (var property in type.GetProperties())
        {
            ReadProperty(_metadata.GetPropertyDefinition(property));
        }

        foreach (var @event in type.GetEvents())
        {
            ReadEvent(_metadata.GetEventDefinition(@event));
        }

        foreach (var method in type.GetMethods())
        {
            ReadMethod(_metadata.GetMethodDefinition(method));
        }
    }

    private void ReadField(FieldDefinition field)
    {
        _member = _metadata.GetString(field.Name);
        AddAll(field.DecodeSignature(_names, genericContext: null));
        AddAttributes(field.GetCustomAttributes());
    }

    private void ReadProperty(PropertyDefinition property)
    {
        _member = _metadata.GetString(property.Name);
        AddSignature(property.DecodeSignature(_names, genericContext: null));
        AddAttributes(property.GetCustomAttributes());
    }

    private void ReadEvent(EventDefinition @event)
    {
        _member = _metadata.GetString(@event.Name);
        Add(@event.Type);
        AddAttributes(@event.GetCustomAttributes());
    }

    private void ReadMethod(MethodDefinition method)
    {
        _member = _metadata.GetString(method.Name);
        AddSignature(method.DecodeSignature(_names, genericContext: null));
        AddAttributes(method.GetCustomAttributes());
        AddConstraints(method.GetGenericParameters());
        foreach (var parameter in method.GetParameters())
        {
            AddAttributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress != 0)
        {
            ReadBody(_image.GetMethodBody(method.RelativeVirtualAddress));
        }
    }

    private void ReadBody(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            AddLocals(body.LocalSignature);
        }

        foreach (var region in body.ExceptionRegions)
        {
            Add(region.CatchType);
        }

        foreach (var token in MethodBodyTokens.Of(body.GetILBytes()))
        {
            Add(token);
        }
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
            case HandleKind.TypeReference:
            case HandleKind.TypeSpecification:
                AddAll(_names.Of(handle));
                break;
            case HandleKind.MethodDefinition:
                Add(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Add(_metadata.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                AddGenericMethod(_metadata.GetMethodSpecification((MethodSpecificationHandle)handle));
                break;
            case HandleKind.StandaloneSignature:
                AddSignature(_metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(_names, genericContext: null));
                break;
            default:
                throw new InvalidDataException($"A method body names a {handle.Kind}, which this reader does not know.");
        }
    }

    private void AddGenericMethod(MethodSpecification method)
    {
        Add(method.Method);
        foreach (var argument in method.DecodeSignature(_names, genericContext: null))
        {
            AddAll(argument);
        }
    }

    private void AddLocals(StandaloneSignatureHandle handle)
    {
        foreach (var local in _metadata.GetStandaloneSignature(handle).DecodeLocalSignature(_names, genericContext: null))
        {
            AddAll(local);
        }
    }

    private void AddSignature(MethodSignature<IEnumerable<TypeName>> signature)
    {
        AddAll(signature.ReturnType);
        foreach (var parameter in signature.ParameterTypes)
        {
            AddAll(parameter);
        }
    }

    private void AddConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters)
        {
            foreach (var constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
            {
                Add(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            Add(_metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void AddAll(IEnumerable<TypeName> types)
    {
        foreach (var to in types)
        {
            if (to != _from)
            {
                _found.Add(new TypeReference(_from, _member, to));
            }
        }
    }
}
