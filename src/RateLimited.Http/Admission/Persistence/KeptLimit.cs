using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>Where a limit that is kept stands, and what it was when that was written.</summary>
/// <param name="Service">The service; empty where all share it.</param>
/// <param name="Group">The quota group of keys whose responses told of it; empty where none did.</param>
/// <param name="Scope">What shares it.</param>
/// <param name="ScopeName">Which of those.</param>
/// <param name="Definition">What it was.</param>
/// <param name="Endpoints">The endpoints whose responses told of it; none where it was configured.</param>
internal sealed record KeptLimit(string Service, string Group, LimitScope Scope, string ScopeName, LimitDefinition Definition, IReadOnlyList<string> Endpoints)
{
    /// <summary>No limit is told of by more endpoints than can be configured.</summary>
    private const long MostEndpoints = 1_000_000;

    public void Write(StateWriter into)
    {
        into.Add(Service);
        into.Add(Group);
        into.Add((long)Scope);
        into.Add(ScopeName);
        into.Add(Definition.Name);
        into.Add(Definition.Unit);
        into.Add((long)Definition.Partition);
        into.Add(Definition.PartsPerUnit);
        RuleForm.Write(into, Definition.Rule.Counting);
        into.Add(Endpoints.Count);
        foreach (var endpoint in Endpoints)
        {
            into.Add(endpoint);
        }
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static KeptLimit Read(StateReader from)
    {
        var (service, group, scope, scopeName) = (from.Text(), from.Text(), (LimitScope)from.Number(), from.Text());
        var (name, unit, partition, parts) = (from.Text(), from.Text(), (PartitionBy)from.Number(), (int)from.Number());
        var definition = new LimitDefinition(name, unit, RuleForm.Read(from), partition) { PartsPerUnit = parts };
        var endpoints = new string[Math.Clamp(from.Number(), 0, MostEndpoints)];
        for (var i = 0; i < endpoints.Length; i++)
        {
            endpoints[i] = from.Text();
        }

        return new KeptLimit(service, group, scope, scopeName, definition, endpoints);
    }
}
