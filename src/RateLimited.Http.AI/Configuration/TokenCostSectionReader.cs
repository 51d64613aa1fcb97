using Microsoft.Extensions.Configuration;
using RateLimited.Http.AI.Money;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Configuration;

/// <summary>Reads the section <c>AI</c> of a service.</summary>
internal static class TokenCostSectionReader
{
    private const string Price = "{ \"gpt-4o\": { \"Input\": 2.5, \"Output\": 10 } }";
    private const string Budget = "a budget such as '20 usd/day fixed', or a list of them";

    public static readonly AmountRange Margin = new(1, 5, "a number from 1 to 5");
    public static readonly NumberRange Output = new(1, 1_000_000, "a whole number from 1 to 1_000_000");
    public static readonly NumberRange Percent = new(1, 100, "a whole number from 1 to 100");
    public static readonly AmountRange Dollars = new(0, PriceFile.Most, "a number of dollars from 0 to 100_000 with at most six digits behind the point");
    public static readonly DurationRange Audio = new(TimeSpan.Zero, TimeSpan.FromHours(1), "a duration from 0 s to 1 h, such as '10 s'");

    public static readonly IReadOnlyList<SectionKey<BudgetOptions>> BudgetKeys =
    [
        new("Limit", static (reader, section, budget) => budget.Limit = reader.Text(section, Budget)),
        new("Then", static (reader, section, budget) => reader.Choice<BudgetAction>(section, value => budget.Then = value)),
        new("WarnPercent", static (reader, section, budget) => reader.Number(section, Percent, value => budget.WarnPercent = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<PriceDraft>> PriceKeys =
    [
        new("Input", static (reader, section, price) => reader.Amount(section, Dollars, value => price.Input = value)),
        new("CachedInput", static (reader, section, price) => reader.Amount(section, Dollars, value => price.CachedInput = value)),
        new("CacheWrite", static (reader, section, price) => reader.Amount(section, Dollars, value => price.CacheWrite = value)),
        new("Output", static (reader, section, price) => reader.Amount(section, Dollars, value => price.Output = value)),
        new("AudioMinute", static (reader, section, price) => reader.Amount(section, Dollars, value => price.AudioMinute = value)),
        new("Image", static (reader, section, price) => reader.Amount(section, Dollars, value => price.Image = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<TokenCostOptions>> Keys =
    [
        new("Margin", static (reader, section, options) => reader.Amount(section, Margin, value => options.Margin = value)),
        new("Reserve", static (reader, section, options) => reader.Choice<OutputReserve>(section, value => options.Reserve = value)),
        new("ExpectedOutput", static (reader, section, options) => reader.Number(section, Output, value => options.ExpectedOutput = value)),
        new("CachedTokens", static (reader, section, options) => reader.Choice<CachedTokens>(section, value => options.CachedTokens = value)),
        new("GivesBack", static (reader, section, options) => reader.Truth(section, value => options.GivesBack = value)),
        new("AudioMinimum", static (reader, section, options) => reader.Duration(section, Audio, value => options.AudioMinimum = value)),
        new("Prices", static (reader, section, options) => ReadPrices(reader, section, options.Prices)),
        new("PriceFile", static (reader, section, options) => options.PriceFile = reader.Text(section, "the path of a file of prices")),
        new("Budgets", static (reader, section, options) => ReadBudgets(reader, section, options.Budgets)),
    ];

    private static void ReadPrices(SectionReader reader, IConfigurationSection section, IDictionary<string, ModelPrice> prices)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), $"a section of models and prices, such as {Price}");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            ReadPrice(reader, child, child.Key, prices);
        }
    }

    /// <summary>Configuration cuts keys at a colon: a model with one in its name arrives as a section within a section, which holds no key of a price but another section.</summary>
    private static void ReadPrice(SectionReader reader, IConfigurationSection section, string model, IDictionary<string, ModelPrice> prices)
    {
        var children = section.GetChildren().ToArray();
        var tails = Array.FindAll(children, static child => !SectionReader.Knows(PriceKeys, child.Key) && child.GetChildren().Any());
        foreach (var tail in tails)
        {
            ReadPrice(reader, tail, $"{model}{ConfigurationPath.KeyDelimiter}{tail.Key}", prices);
        }

        if (tails.Length == 0 || tails.Length < children.Length)
        {
            var price = new PriceDraft();
            reader.Keys(children.Except(tails), price, PriceKeys);
            prices[model] = price.Price();
        }
    }

    private static void ReadBudgets(SectionReader reader, IConfigurationSection section, IList<BudgetOptions> budgets)
    {
        foreach (var child in reader.List(section, Budget))
        {
            var budget = new BudgetOptions();
            budgets.Add(budget);
            if (child.GetChildren().Any())
            {
                reader.Keys(child.GetChildren(), budget, BudgetKeys);
            }
            else
            {
                budget.Limit = reader.Text(child, Budget);
            }
        }
    }

    /// <summary>A price while it is read.</summary>
    internal sealed class PriceDraft
    {
        public decimal Input { get; set; }

        public decimal? CachedInput { get; set; }

        public decimal? CacheWrite { get; set; }

        public decimal Output { get; set; }

        public decimal AudioMinute { get; set; }

        public decimal Image { get; set; }

        public ModelPrice Price() => new() { Input = Input, CachedInput = CachedInput, CacheWrite = CacheWrite, Output = Output, AudioMinute = AudioMinute, Image = Image };
    }
}
