namespace RateLimited.Http.Tests.Structure;

/// <summary>
/// Which room may know which. Rooms are the namespaces directly below the root; the root itself holds the public vocabulary, which every room may use and which knows none.
/// </summary>
/// <param name="Root">The root namespace.</param>
/// <param name="Arrows">Every room with the rooms it may know.</param>
/// <param name="Aliases">Foreign namespaces that hold types of ours, and the room these belong to.</param>
internal sealed record RoomTable(string Root, IReadOnlyDictionary<string, string[]> Arrows, IReadOnlyDictionary<string, string> Aliases)
{
    private const string Vocabulary = "(root)";
    private const string CompilerMade = "(compiler)";

    public static RoomTable OfTheLibrary { get; } = new(
        "RateLimited.Http",
        new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["Limits"] = [],
            ["Signals"] = [],
            ["Costs"] = [],
            ["Telemetry"] = [],
            ["Admission"] = ["Limits", "Telemetry"],
            ["Keys"] = ["Signals", "Telemetry"],
            ["Resilience"] = ["Signals", "Telemetry"],
            ["Pipeline"] = ["Keys", "Costs", "Admission", "Signals", "Resilience", "Limits", "Telemetry"],
            ["Configuration"] = ["Pipeline", "Keys", "Costs", "Admission", "Signals", "Resilience", "Limits", "Telemetry"],
        },
        new Dictionary<string, string>(StringComparer.Ordinal) { ["Microsoft.Extensions.DependencyInjection"] = "Configuration" });

    /// <summary>Every reference that no arrow allows, one sentence each, in a stable order.</summary>
    public IReadOnlyList<string> Violations(IEnumerable<TypeReference> references) =>
        [.. references.Select(Violation).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public string? RoomOf(TypeName type)
    {
        if (type.Name.StartsWith('<'))
        {
            return CompilerMade;
        }

        if (Aliases.TryGetValue(type.Namespace, out var alias))
        {
            return alias;
        }

        if (string.Equals(type.Namespace, Root, StringComparison.Ordinal))
        {
            return Vocabulary;
        }

        if (!type.Namespace.StartsWith(Root + ".", StringComparison.Ordinal))
        {
            return null;
        }

        var room = type.Namespace[(Root.Length + 1)..].Split('.')[0];
        return Arrows.ContainsKey(room) ? room : null;
    }

    private string? Violation(TypeReference reference)
    {
        var from = RoomOf(reference.From);
        if (from is null)
        {
            return $"{reference.From} stands in no room. Rooms: {string.Join(", ", Arrows.Keys)}.";
        }

        if (!reference.To.IsOurs || from == CompilerMade || RoomOf(reference.To) is not { } to || to == from || to is Vocabulary or CompilerMade)
        {
            return null;
        }

        return from != Vocabulary && Arrows[from].Contains(to, StringComparer.Ordinal)
            ? null
            : $"{from} may not know {to}: {reference.From}, {reference.Member} → {reference.To}";
    }
}
