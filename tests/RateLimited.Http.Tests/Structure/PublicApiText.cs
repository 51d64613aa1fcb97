using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace RateLimited.Http.Tests.Structure;

/// <summary>Public types as text that does not depend on the order of declarations: one unindented line for the type, one indented line for each member.</summary>
internal static class PublicApiText
{
    public static string Of(IEnumerable<Type> types)
    {
        var text = new StringBuilder();
        foreach (var type in types.Where(IsSeen).OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? "" : "\n").Append(Header(type)).Append('\n');
            foreach (var member in Members(type))
            {
                text.Append("  ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Nested types that heirs see count; types that the compiler made for extension blocks do not.</summary>
    private static bool IsSeen(Type type) =>
        !type.Name.Contains('<', StringComparison.Ordinal)
        && (type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsSeen(type.DeclaringType!) : type.IsPublic);

    private static string Header(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod(nameof(Action.Invoke))!;
            return $"delegate {TypeText.Of(invoke.ReturnType)} {TypeText.Declared(type)}({MemberText.Parameters(invoke)}){TypeText.Constraints(type.GetGenericArguments())}";
        }

        var bases = Bases(type).ToArray();
        return $"{Kind(type)} {TypeText.Declared(type)}{(bases.Length == 0 ? "" : " : ")}{string.Join(", ", bases)}{TypeText.Constraints(type.GetGenericArguments())}";
    }

    private static string Kind(Type type)
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var isRecord = type.GetMethod("PrintMembers", Declared)?.IsDefined(typeof(CompilerGeneratedAttribute)) == true ? "record " : "";
        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsEnum)
        {
            return type.IsDefined(typeof(FlagsAttribute)) ? "flags enum" : "enum";
        }

        if (type.IsValueType)
        {
            return (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + isRecord + "struct";
        }

        var modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        return modifier + isRecord + "class";
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetUnderlyingType(type) == typeof(int) ? [] : [TypeText.Of(Enum.GetUnderlyingType(type))];
        }

        var ofBase = type.BaseType?.GetInterfaces() ?? [];
        var interfaces = type.GetInterfaces().Where(i => i.IsVisible && !ofBase.Contains(i)).Select(TypeText.Of).Order(StringComparer.Ordinal);
        return type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? interfaces.Prepend(TypeText.Of(parent)) : interfaces;
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => (name, value: Convert.ToInt64(Enum.Parse(type, name), null))).OrderBy(static v => v.value).Select(static v => $"{v.name} = {v.value}");
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [];
        }

        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        return type.GetMembers(Declared)
            .Select(static member => (member, text: MemberText.Of(member)))
            .Where(static m => m.text is not null)
            .OrderBy(static m => Rank(m.member))
            .ThenBy(static m => m.member.Name, StringComparer.Ordinal)
            .ThenBy(static m => m.text, StringComparer.Ordinal)
            .Select(static m => m.text!);
    }

    private static int Rank(MemberInfo member) => member switch
    {
        FieldInfo => 0,
        ConstructorInfo => 1,
        PropertyInfo => 2,
        EventInfo => 3,
        _ => 4,
    };
}
