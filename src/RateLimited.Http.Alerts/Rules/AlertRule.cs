using System.Globalization;
using RateLimited.Http.Alerts.Readings;

namespace RateLimited.Http.Alerts.Rules;

/// <summary>One rule: what it looks at, what it says, and how it is set where nobody sets it otherwise. Immutable, and pure.</summary>
internal sealed record AlertRule
{
    public required string Name { get; init; }

    public required RuleUnit Unit { get; init; }

    public required RuleSettings Defaults { get; init; }

    /// <summary>Whether <see cref="RuleSettings.MinimumCalls"/> means anything to it.</summary>
    public bool CountsCalls { get; init; }

    /// <summary>What it sees of a service, given how many calls must have been; null for a rule over the whole process.</summary>
    public Func<ServiceReading, int, IEnumerable<Measured>>? OfService { get; init; }

    /// <summary>What it sees of the process; null for a rule over services.</summary>
    public Func<ProcessReading, int, IEnumerable<Measured>>? OfProcess { get; init; }

    /// <summary>What is wrong, of a subject and a value as text.</summary>
    public required Func<string?, string, string> Says { get; init; }

    /// <summary>The sentence for a person.</summary>
    public string Sentence(string? service, string? subject, double value)
    {
        var text = Says(subject, Text(value));
        return service is null ? $"{char.ToUpperInvariant(text[0])}{text[1..]}." : $"{service}: {text}.";
    }

    private string Text(double value) => Unit switch
    {
        RuleUnit.Percent => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} %"),
        RuleUnit.Milliseconds => string.Create(CultureInfo.InvariantCulture, $"{value:0} ms"),
        RuleUnit.Megabytes => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };
}
