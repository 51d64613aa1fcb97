using System.Globalization;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Presets;

/// <summary>Presets as people read them.</summary>
internal static class PresetText
{
    private const string AsReported = "as reported";

    public static void Write(Terminal terminal, PresetList list)
    {
        var rows = new Rows("preset", "provider", "dialect", "limits", "tiers");
        foreach (var preset in list.Presets)
        {
            var limits = preset.Discovers ? AsReported : preset.Limits.Count == 0 ? "for each endpoint" : string.Join(", ", preset.Limits);
            rows.Add(preset.Name, preset.Provider, preset.Dialect ?? "by the headers", limits, string.Join(", ", preset.Tiers));
        }

        terminal.Table(rows);
        terminal.Line($"{list.Presets.Count} providers. All of one: 'presets NAME'.");
    }

    public static void Write(Terminal terminal, PresetDocument preset)
    {
        terminal.Title($"{preset.Provider} ({string.Join(", ", preset.Aliases.Prepend(preset.Name))})");
        terminal.Line();
        var rows = new Rows(string.Empty, " ")
            .Add("how it counts", $"{preset.Counts} ({preset.CountsSource})")
            .Add("dialect", preset.Dialect is null ? "what the headers of each response look like" : $"{preset.Dialect}: {(preset.Headers.Count == 0 ? "no headers of its own" : string.Join(", ", preset.Headers))}")
            .Add("key", preset.Key)
            .Add("its 403", preset.Forbidden);
        terminal.Table(preset.Ban is { } ban ? rows.Add("its ban", ban) : rows);
        terminal.Line();
        WriteTiers(terminal, preset);
        foreach (var note in preset.Notes)
        {
            terminal.Line($"- {note}");
        }

        terminal.Line();
        terminal.Line($$"""{ "RateLimiting": { "Services": { "{{preset.Name}}": { "Preset": "{{preset.Name}}"{{(preset.Tiers.Select(static tier => tier.Name).LastOrDefault(static name => name is not null) is { } tier ? $", \"Tier\": \"{tier}\"" : string.Empty)}} } } } }""");
    }

    private static void WriteTiers(Terminal terminal, PresetDocument preset)
    {
        var known = preset.Tiers.Where(static tier => tier.Figures.Count > 0).ToArray();
        foreach (var tier in preset.Tiers)
        {
            var who = tier.Name is null ? "no tier" : tier.For is null ? tier.Name : $"{tier.Name}, {tier.For}";
            terminal.Title($"{who}{(preset.Tiers.Count > 1 && ReferenceEquals(tier, preset.Tiers[0]) ? " (the default)" : string.Empty)}");
            if (tier.Discovers)
            {
                terminal.Line($"limits {AsReported}");
            }
            else
            {
                terminal.Table(Figures(tier));
            }

            terminal.Line();
        }

        if (known.Length == 0)
        {
            terminal.Line("No figure is known beforehand: the limits are those that the upstream reports.");
        }
    }

    private static Rows Figures(TierDocument tier)
    {
        var rows = new Rows("requests", "figure", "evidence", "source");
        foreach (var figure in tier.Figures)
        {
            var what = figure.Costs is { } costs
                ? $"costs {string.Join(", ", costs.Select(static cost => string.Create(CultureInfo.InvariantCulture, $"{cost.Value} {cost.Key}")))}"
                : figure.Limit + (figure.Name is { } name ? $", named {name}" : string.Empty) + (figure.Alone ? ", alone" : string.Empty);
            rows.Add(figure.Endpoint ?? "all", what, figure.Source.Evidence, figure.Source.Date is { } date ? $"{figure.Source.Title}, {date}" : figure.Source.Title);
        }

        return rows;
    }
}
