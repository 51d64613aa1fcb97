using System.Globalization;
using System.Text;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Tests.Configuration.Presets;

/// <summary>The document of the providers, written from the presets themselves.</summary>
internal sealed class ProviderDocument
{
    private const string Head = """
        # Providers

        What is known of each provider beforehand, for `"Preset": "github"`. This page is written from the presets themselves; a test holds it to them, and `APPROVE=1 dotnet test --project tests/RateLimited.Http.Tests` writes it anew.
        How a preset and a service's own options go together stands in [the configuration](configuration.md#presets).

        Figures were collected by November 2026. Where no date is given the source bears none. What each rests on:

        | word | meaning |
        | --- | --- |
        | documented | the provider's own documentation or source |
        | recorded | headers of recorded traffic |
        | reported | a public issue |
        | third party | somebody else's page |
        | unverified | nobody checked it |

        Providers change their figures and have others for single customers. A limit that the upstream reports narrower than here counts from that response on; wider ones count with `"TrustUpstream": true`. "As reported" means
        that nothing is known beforehand and all limits are those of the headers; with a provider whose headers tell none, `Limits` of your own are needed.

        "Alone" means that the limits for all requests do not count these.

        Keys are described and not yet sent: put the header on the client yourself. How a key is sent and what a 403 means is as each provider documents it, without a date of its own.


        """;

    private readonly StringBuilder _text = new();

    public static string Render()
    {
        var document = new ProviderDocument();
        document._text.Append(Head.ReplaceLineEndings("\n"));
        document.Overview();
        foreach (var preset in KnownPresets.All.OrderBy(static preset => preset.Name, StringComparer.Ordinal))
        {
            document.Provider(preset);
        }

        return document._text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>A figure without what is different between tiers.</summary>
    private static string Row(string requests, string figure, Source source) =>
        $"{requests} | {figure} | {Word(source.Evidence)} | {source.Title}{(source.Date is { } date ? $", {date}" : string.Empty)}";

    private static string Word(Evidence evidence) => evidence switch
    {
        Evidence.ThirdParty => "third party",
        _ => evidence.ToString().ToLowerInvariant(),
    };

    private static IEnumerable<string> Rows(PresetTier tier)
    {
        foreach (var limit in tier.Limits)
        {
            yield return Row("all", Figure(limit), limit.Source);
        }

        foreach (var endpoint in tier.Endpoints)
        {
            foreach (var limit in endpoint.Limits)
            {
                yield return Row($"`{endpoint.Template}`", endpoint.ServiceLimits ? Figure(limit) : $"{Figure(limit)}, alone", limit.Source);
            }

            if (endpoint.CostSource is { } source)
            {
                yield return Row($"`{endpoint.Template}`", $"costs {string.Join(", ", endpoint.Costs.Select(Cost))}", source);
            }
        }
    }

    private static string Figure(PresetLimit limit) => limit.Name is { } name ? $"`{limit.Text}`, named `{name}`" : $"`{limit.Text}`";

    private static string Cost(UnitCost cost) => string.Create(CultureInfo.InvariantCulture, $"{cost.Amount} `{cost.Unit}`");

    private static string Tiers(Preset preset) =>
        preset.TierNames.Any() ? string.Join(", ", preset.Tiers.Select(static (tier, i) => tier.Name is { } name ? i == 0 ? $"**`{name}`**" : $"`{name}`" : "**none**")) : "";

    private void Overview()
    {
        Line("| provider | preset | dialect | tiers, the default in bold | limits |");
        Line("| --- | --- | --- | --- | --- |");
        foreach (var preset in KnownPresets.All.OrderBy(static preset => preset.Name, StringComparer.Ordinal))
        {
            var limits = preset.Tiers[0].Discovers ? "as reported" : string.Join(", ", preset.Tiers[0].Limits.Select(static limit => $"`{limit.Text}`").DefaultIfEmpty("for each endpoint"));
            Line($"| [{preset.Title}](#{preset.Name}) | `{preset.Name}` | {(preset.Dialect is { } dialect ? $"`{dialect}`" : "by the headers")} | {Tiers(preset)} | {limits} |");
        }

        Line();
    }

    private void Provider(Preset preset)
    {
        Line($"## {preset.Name}");
        Line();
        Line("| | |");
        Line("| --- | --- |");
        Line($"| provider | {preset.Title}{(preset.Aliases.IsEmpty ? string.Empty : $"; also `{string.Join("`, `", preset.Aliases)}`")} |");
        Line($"| how it counts | {preset.Counts} ({Word(preset.CountsSource.Evidence)}: {preset.CountsSource.Title}{(preset.CountsSource.Date is { } date ? $", {date}" : string.Empty)}) |");
        Line($"| dialect | {Dialect(preset)} |");
        Line($"| key | {(preset.Key.IsInQuery ? $"in the query: `{preset.Key.Name}={preset.Key.Form}`" : $"`{preset.Key.Name}: {preset.Key.Form}`")} |");
        Line($"| its 403 | {preset.Forbidden} |");
        if (preset.InvalidRequests is { } invalid)
        {
            Line($"| its ban | {invalid} ({Word(invalid.Source.Evidence)}: {invalid.Source.Title}) |");
        }

        Line();
        if (preset.TierNames.Any())
        {
            Line(string.Join("; ", preset.Tiers.Select(static (tier, i) =>
                $"{(tier.Name is { } name ? $"`{name}`" : "no tier")}{(tier.For is { } who ? $": {who}" : ": as reported")}{(i == 0 ? " (the default)" : string.Empty)}")) + ".");
            Line();
        }

        Figures(preset);
        foreach (var note in preset.Notes)
        {
            Line($"- {note}");
        }

        if (!preset.Notes.IsEmpty)
        {
            Line();
        }

        Line("```json");
        var tier = preset.Tiers.Select(static tier => tier.Name).LastOrDefault(static name => name is not null);
        Line($$"""{ "RateLimiting": { "Services": { "{{preset.Name}}": { "Preset": "{{preset.Name}}"{{(tier is null ? string.Empty : $", \"Tier\": \"{tier}\"")}} } } } }""");
        Line("```");
        Line();
    }

    private static string Dialect(Preset preset)
    {
        if (preset.Dialect is not { } name)
        {
            return "what the headers of each response look like";
        }

        var headers = KnownDialects.Find(name)!.Rules.Select(static rule => $"`{rule.Header}`").Distinct(StringComparer.Ordinal).ToArray();
        return headers.Length == 0 ? $"`{name}`: no headers of its own" : $"`{name}`: {string.Join(", ", headers)}";
    }

    private void Figures(Preset preset)
    {
        if (preset.Tiers.All(static tier => tier.Discovers))
        {
            Line("Limits: as reported.");
            Line();
            return;
        }

        var named = preset.TierNames.Any();
        var tiers = preset.Tiers.Where(static tier => !tier.Discovers).Select(static tier => (tier.Name, Rows: Rows(tier).ToArray())).ToArray();
        Line($"| {(named ? "tier | " : string.Empty)}requests | figure | evidence | source |");
        Line($"| {(named ? "--- | " : string.Empty)}--- | --- | --- | --- |");
        foreach (var row in tiers.SelectMany(static tier => tier.Rows).Distinct(StringComparer.Ordinal))
        {
            var having = tiers.Where(tier => tier.Rows.Contains(row, StringComparer.Ordinal)).Select(static tier => $"`{tier.Name}`").ToArray();
            Line($"| {(named ? (having.Length == tiers.Length ? "all" : string.Join(", ", having)) + " | " : string.Empty)}{row} |");
        }

        Line();
    }

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
