using System.Text.Json;
using System.Xml.Linq;
using RateLimited.Http.AI.Configuration;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.AI.Tests.Configuration;

/// <summary>The schema that editors complete the section AI by, held to what is read.</summary>
public sealed class TokenCostSchemaTests
{
    private const string Folder = "src/RateLimited.Http.AI";
    private const string Section = "definitions/rateLimitingAI";
    private const string Price = "definitions/rateLimitingModelPrice";
    private const string Budget = "definitions/rateLimitingBudget";

    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"{Folder}/ConfigurationSchema.json"))).RootElement;

    [Fact]
    public void Every_key_that_is_read_is_in_the_schema_and_every_other_is_not()
    {
        Same(Section, TokenCostSectionReader.Keys.Select(static key => key.Name));
        Same(Price, TokenCostSectionReader.PriceKeys.Select(static key => key.Name));
        Same(Budget, TokenCostSectionReader.BudgetKeys.Select(static key => key.Name));
        At("properties/RateLimiting/properties/Services/additionalProperties/properties/AI").GetProperty("$ref").GetString().ShouldBe("#/definitions/rateLimitingAI");

        static void Same(string place, IEnumerable<string> keys)
        {
            var section = At(place);
            section.GetProperty("properties").EnumerateObject().Select(static key => key.Name).ShouldBe(keys);
            section.GetProperty("additionalProperties").ValueKind.ShouldBe(JsonValueKind.False);
            section.GetProperty("properties").EnumerateObject().Where(static key => !key.Value.TryGetProperty("description", out _)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Ranges_and_defaults_are_those_of_the_code()
    {
        var options = new TokenCostOptions();
        Range($"{Section}/properties/Margin", TokenCostSectionReader.Margin.Min, TokenCostSectionReader.Margin.Max, options.Margin);
        Range($"{Section}/properties/ExpectedOutput", TokenCostSectionReader.Output.Min, TokenCostSectionReader.Output.Max, options.ExpectedOutput);
        Range($"{Budget}/properties/WarnPercent", TokenCostSectionReader.Percent.Min, TokenCostSectionReader.Percent.Max, new BudgetOptions().WarnPercent);
        foreach (var key in TokenCostSectionReader.PriceKeys)
        {
            Range($"{Price}/properties/{key.Name}", TokenCostSectionReader.Dollars.Min, TokenCostSectionReader.Dollars.Max, null);
        }

        At($"{Section}/properties/GivesBack").GetProperty("default").GetBoolean().ShouldBe(options.GivesBack);
        Choices<OutputReserve>($"{Section}/properties/Reserve");
        Choices<CachedTokens>($"{Section}/properties/CachedTokens");
        Choices<BudgetAction>($"{Budget}/properties/Then");

        static void Range(string place, decimal min, decimal max, decimal? otherwise)
        {
            var number = At(place);
            (number.GetProperty("minimum").GetDecimal(), number.GetProperty("maximum").GetDecimal()).ShouldBe((min, max), place);
            (number.TryGetProperty("default", out var value) ? value.GetDecimal() : (decimal?)null).ShouldBe(otherwise, place);
        }

        static void Choices<T>(string place)
            where T : struct, Enum
        {
            At(place).GetProperty("enum").EnumerateArray().Select(static name => name.GetString()).ShouldBe(Enum.GetNames<T>());
            At(place).GetProperty("default").GetString().ShouldBe(Enum.GetName(default(T)));
        }
    }

    [Fact]
    public void Every_example_is_right()
    {
        DurationText.TryParse(At($"{Section}/properties/AudioMinimum").GetProperty("examples")[0].GetString(), out _).ShouldBeTrue();
        var budgets = At($"{Section}/properties/Budgets/anyOf");
        foreach (var example in (JsonElement[])[At($"{Budget}/properties/Limit").GetProperty("examples")[0], budgets[0].GetProperty("examples")[0], budgets[1].GetProperty("items").GetProperty("anyOf")[0].GetProperty("examples")[0]])
        {
            LimitOptions.Parse(example.GetString()!).Unit.ShouldBe(AIUnits.Usd);
        }
    }

    [Fact]
    public void The_package_hands_the_schema_to_editors()
    {
        var segment = XDocument.Load(Repository.PathOf($"{Folder}/buildTransitive/RateLimited.Http.AI.targets")).Descendants("JsonSchemaSegment").ShouldHaveSingleItem();
        segment.Attribute("Include")!.Value.ShouldBe("$(MSBuildThisFileDirectory)../ConfigurationSchema.json");
        segment.Attribute("FilePathPattern")!.Value.ShouldBe(@"appsettings\..*json");
        XDocument.Load(Repository.PathOf($"{Folder}/RateLimited.Http.AI.csproj")).Descendants("None").Select(static item => $"{item.Attribute("Include")?.Value} → {item.Attribute("PackagePath")?.Value}")
            .ShouldBe(["ConfigurationSchema.json → /", "buildTransitive/RateLimited.Http.AI.targets → buildTransitive/"]);
    }

    private static JsonElement At(string place) => place.Split('/').Aggregate(Schema, static (element, key) => element.GetProperty(key));
}
