namespace RateLimited.Http.Tests.Structure;

/// <summary>One use of a type by another, as the compiled assembly has it. Both stand for their outermost type, so that closures and state machines count as their author.</summary>
internal readonly record struct TypeReference(TypeName From, string Member, TypeName To);

/// <summary>An outermost type's name. Names that the compiler made up begin with an angle bracket.</summary>
internal readonly record struct TypeName(string Namespace, string Name, bool IsOurs)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}.{Name}";
}
