using System.Reflection;

namespace RateLimited.Http.Tests.Structure;

/// <summary>A type's name as C# writes it, without the namespaces that every file of ours imports.</summary>
internal static class TypeText
{
    private static readonly HashSet<string> Imported = new(StringComparer.Ordinal)
    {
        "System", "System.Collections.Generic", "System.IO", "System.Net.Http", "System.Threading", "System.Threading.Tasks", "RateLimited.Http",
    };

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsByRef || type.IsPointer)
        {
            return Of(type.GetElementType()!) + (type.IsPointer ? "*" : "");
        }

        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        return Qualified(type, type.Namespace is { } space && !Imported.Contains(space) ? space + "." : "", type.GetGenericArguments());
    }

    /// <summary>The name at a type's own declaration, with its whole namespace.</summary>
    public static string Declared(Type type) => Qualified(type, type.Namespace + ".", type.GetGenericArguments());

    public static string Constraints(IEnumerable<Type> parameters) => string.Concat(parameters.Select(static parameter => Constraint(parameter)));

    private static string Constraint(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var parts = parameter.GetGenericParameterConstraints().Where(static type => type != typeof(ValueType)).Select(Of).Order(StringComparer.Ordinal).ToList();
        if (isStruct || attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            parts.Insert(0, isStruct ? "struct" : "class");
        }

        if (!isStruct && attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            parts.Add("new()");
        }

        return parts.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", parts)}";
    }

    /// <summary>A nested type repeats the parameters of its outer types before its own.</summary>
    private static string Qualified(Type type, string space, ReadOnlySpan<Type> arguments)
    {
        var outer = type.DeclaringType;
        var inherited = outer?.GetGenericArguments().Length ?? 0;
        var own = arguments[inherited..];
        var prefix = outer is null ? space : Qualified(outer, space, arguments[..inherited]) + ".";
        return prefix + type.Name.Split('`')[0] + (own.Length == 0 ? "" : $"<{string.Join(", ", own.ToArray().Select(Of))}>");
    }
}
