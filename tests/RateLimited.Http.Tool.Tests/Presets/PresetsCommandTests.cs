using System.Text.Json;
using RateLimited.Http.Configuration.Presets;

namespace RateLimited.Http.Tool.Tests.Presets;

/// <summary>All that presets hold can be read without reading their source.</summary>
public sealed class PresetsCommandTests
{
    public static TheoryData<string> Names => [.. KnownPresets.Names];

    [Fact]
    public void Every_preset_is_listed()
    {
        var run = ToolRun.Of("presets");

        run.ExitCode.ShouldBe(0);
        var first = run.Output.Split('\n').Select(static line => line.Split(' ')[0]).ToArray();
        KnownPresets.Names.ShouldAllBe(name => first.Contains(name, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_figure_of_a_preset_is_explained_with_its_source(string name)
    {
        var preset = KnownPresets.Find(name)!;
        var run = ToolRun.Of("presets", name);

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain(preset.Title);
        run.Output.ShouldContain(preset.Counts);
        run.Output.ShouldContain(preset.Forbidden);
        run.Output.Contains("its ban", StringComparison.Ordinal).ShouldBe(preset.InvalidRequests is not null);
        run.Output.ShouldContain(preset.InvalidRequests?.ToString() ?? string.Empty);
        preset.Notes.ShouldAllBe(note => run.Output.Contains(note, StringComparison.Ordinal));
        preset.TierNames.ShouldAllBe(tier => run.Output.Contains(tier, StringComparison.Ordinal));
        foreach (var tier in preset.Tiers)
        {
            tier.Limits.Concat(tier.Endpoints.SelectMany(static endpoint => endpoint.Limits))
                .ShouldAllBe(limit => run.Output.Contains(limit.Text, StringComparison.Ordinal) && run.Output.Contains(limit.Source.Title, StringComparison.Ordinal));
            tier.Endpoints.ShouldAllBe(endpoint => run.Output.Contains(endpoint.Template, StringComparison.Ordinal));
            tier.Endpoints.SelectMany(static endpoint => endpoint.Costs).ShouldAllBe(cost => run.Output.Contains($"{cost.Amount} {cost.Unit}", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_document_holds_the_same(string name)
    {
        var preset = KnownPresets.Find(name)!;
        using var document = JsonDocument.Parse(ToolRun.Of("presets", name, "--json").Output);
        var tiers = document.RootElement.GetProperty("tiers").EnumerateArray().ToArray();

        document.RootElement.GetProperty("name").GetString().ShouldBe(name);
        tiers.Length.ShouldBe(preset.Tiers.Length);
        foreach (var (tier, written) in preset.Tiers.Zip(tiers))
        {
            var figures = written.GetProperty("figures").EnumerateArray().ToArray();
            figures.Where(static figure => figure.TryGetProperty("limit", out _)).Select(static figure => figure.GetProperty("limit").GetString())
                .ShouldBe(tier.Limits.Concat(tier.Endpoints.SelectMany(static endpoint => endpoint.Limits)).Select(static limit => (string?)limit.Text));
            figures.Where(static figure => figure.TryGetProperty("costs", out _)).SelectMany(static figure => figure.GetProperty("costs").EnumerateObject()).Sum(static cost => cost.Value.GetInt64())
                .ShouldBe(tier.Endpoints.Where(static endpoint => endpoint.CostSource is not null).SelectMany(static endpoint => endpoint.Costs).Sum(static cost => cost.Amount));
        }
    }

    [Fact]
    public void The_list_is_one_document_too()
    {
        using var document = JsonDocument.Parse(ToolRun.Of("--json", "presets").Output);

        document.RootElement.GetProperty("presets").EnumerateArray().Select(static preset => preset.GetProperty("name").GetString()).ShouldBe(KnownPresets.Names);
    }

    [Fact]
    public void Another_word_for_a_provider_finds_it() => ToolRun.Of("presets", "CLAUDE").Output.ShouldStartWith("Anthropic (anthropic, claude)");

    [Fact]
    public void On_a_terminal_it_is_a_table_of_the_same()
    {
        var run = ToolRun.OnTerminal("presets", "stripe");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("│ 100/second");
    }
}
