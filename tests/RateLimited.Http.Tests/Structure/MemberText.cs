using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RateLimited.Http.Tests.Structure;

/// <summary>A member as its callers and heirs see it; null when they do not.</summary>
internal static class MemberText
{
    private static readonly HashSet<string> WrittenForRecords = new(StringComparer.Ordinal)
    {
        nameof(Equals), nameof(GetHashCode), nameof(ToString), "op_Equality", "op_Inequality", "PrintMembers", "EqualityContract", "<Clone>$",
    };

    public static string? Of(MemberInfo member) => IsWrittenForRecords(member) ? null : member switch
    {
        FieldInfo field when IsSeen(field) => Field(field),
        ConstructorInfo constructor when IsSeen(constructor) => $"{Access(constructor)}ctor({Parameters(constructor)})",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsSeen) => Property(property),
        EventInfo @event when IsSeen(@event.AddMethod!) => $"{Modifiers(@event.AddMethod!)}event {TypeText.Of(@event.EventHandlerType!)} {@event.Name}",
        MethodInfo method when IsSeen(method) && !IsAccessor(method) => Method(method),
        _ => null,
    };

    public static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(ExtensionAttribute));
        return string.Join(", ", method.GetParameters().Select(parameter => (isExtension && parameter.Position == 0 ? "this " : "") + Parameter(parameter)));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var isParams = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute));
        var mode = (parameter.ParameterType.IsByRef, parameter.IsOut, parameter.IsDefined(typeof(IsReadOnlyAttribute)), parameter.IsDefined(typeof(RequiresLocationAttribute))) switch
        {
            (false, _, _, _) => isParams ? "params " : "",
            (_, true, _, _) => "out ",
            (_, _, true, _) => "in ",
            (_, _, _, true) => "ref readonly ",
            _ => "ref ",
        };
        return $"{mode}{TypeText.Of(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Value(parameter.RawDefaultValue, parameter.ParameterType)}" : "")}";
    }

    private static string Field(FieldInfo field)
    {
        var access = field.IsPublic ? "" : "protected ";
        var type = TypeText.Of(field.FieldType);
        if (field.IsLiteral)
        {
            return $"{access}const {type} {field.Name} = {Value(field.GetRawConstantValue(), field.FieldType)}";
        }

        return $"{access}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    private static string Property(PropertyInfo property)
    {
        var widest = property.GetAccessors(nonPublic: true).Where(IsSeen).OrderByDescending(static accessor => accessor.IsPublic).First();
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        return $"{Modifiers(widest)}{required}{TypeText.Of(property.PropertyType)} {name} {{ {Accessor(property.GetMethod, "get", widest)}{Accessor(property.SetMethod, SetWord(property), widest)}}}";
    }

    private static string SetWord(PropertyInfo property) =>
        property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true ? "init" : "set";

    private static string Accessor(MethodInfo? accessor, string word, MethodInfo widest) =>
        accessor is null || !IsSeen(accessor) ? "" : $"{(accessor.IsPublic == widest.IsPublic ? "" : Access(accessor))}{word}; ";

    private static string Method(MethodInfo method)
    {
        var arguments = method.GetGenericArguments();
        var generic = arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(static argument => argument.Name))}>";
        return $"{Modifiers(method)}{(method.ReturnType.IsByRef ? "ref " : "")}{TypeText.Of(method.ReturnType)} {method.Name}{generic}({Parameters(method)}){TypeText.Constraints(arguments)}";
    }

    private static string Modifiers(MethodInfo method)
    {
        var isOverride = method.GetBaseDefinition().DeclaringType != method.DeclaringType;
        var kind = (method.IsAbstract, isOverride, method.IsVirtual, method.IsFinal) switch
        {
            _ when method.DeclaringType!.IsInterface => method.IsAbstract ? "" : "default ",
            (true, true, _, _) => "abstract override ",
            (true, _, _, _) => "abstract ",
            (_, true, _, true) => "sealed override ",
            (_, true, _, _) => "override ",
            (_, _, true, false) => "virtual ",
            _ => "",
        };
        return Access(method) + (method.IsStatic ? "static " : "") + kind;
    }

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsSeen(MethodBase method) => method.IsPublic || (method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed;

    private static bool IsSeen(FieldInfo field) =>
        !field.IsSpecialName && (field.IsPublic || (field.IsFamily || field.IsFamilyOrAssembly) && !field.DeclaringType!.IsSealed);

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsWrittenForRecords(MemberInfo member) =>
        WrittenForRecords.Contains(member.Name) && (member is PropertyInfo property ? property.GetMethod! : member).IsDefined(typeof(CompilerGeneratedAttribute));

    private static string Value(object? value, Type type) => (value, Nullable.GetUnderlyingType(type) ?? type) switch
    {
        (null, { IsValueType: true }) => Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        (null, _) => "null",
        (string text, _) => $"\"{text}\"",
        (char character, _) => $"'{character}'",
        (bool flag, _) => flag ? "true" : "false",
        (_, { IsEnum: true } @enum) => $"{@enum.Name}.{Enum.ToObject(@enum, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
