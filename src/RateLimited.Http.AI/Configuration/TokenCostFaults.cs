using RateLimited.Http.AI.Money;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Configuration;

/// <summary>What can be wrong with how a service's requests to models are priced.</summary>
internal static class TokenCostFaults
{
    private const int MostPrices = 10_000;
    private const int MostBudgets = 16;

    public static void Check(FaultList faults, string path, TokenCostOptions options)
    {
        Require(faults, $"{path}:Margin", TokenCostSectionReader.Margin.Contains(options.Margin), Fault.Quote(options.Margin), TokenCostSectionReader.Margin.Right);
        Require(faults, $"{path}:ExpectedOutput", TokenCostSectionReader.Output.Contains(options.ExpectedOutput), Fault.Quote(options.ExpectedOutput), TokenCostSectionReader.Output.Right);
        Require(faults, $"{path}:AudioMinimum", options.AudioMinimum is not { } audio || TokenCostSectionReader.Audio.Contains(audio), Fault.Quote(options.AudioMinimum), TokenCostSectionReader.Audio.Right);
        Require(faults, $"{path}:Reserve", Enum.IsDefined(options.Reserve), Fault.Quote((long)options.Reserve), EnumText.Names<OutputReserve>());
        Require(faults, $"{path}:CachedTokens", Enum.IsDefined(options.CachedTokens), Fault.Quote((long)options.CachedTokens), EnumText.Names<CachedTokens>());
        Require(faults, $"{path}:PriceFile", options.PriceFault is null, Fault.Quote(options.PriceFile), $"a file of prices: {options.PriceFault}");
        Require(faults, $"{path}:Prices", options.Prices.Count <= MostPrices, $"{options.Prices.Count} prices", $"at most {MostPrices}");
        foreach (var (model, price) in options.Prices.Take(MostPrices))
        {
            CheckPrice(faults, $"{path}:Prices:{model}", model, price);
        }

        ModelFaults.Check(faults, path, options);
        Require(faults, $"{path}:Budgets", options.Budgets.Count <= MostBudgets, $"{options.Budgets.Count} budgets", $"at most {MostBudgets}");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(options.Budgets.Count, MostBudgets); i++)
        {
            CheckBudget(faults, $"{path}:Budgets:{i}", options.Budgets[i], names);
        }
    }

    private static void CheckPrice(FaultList faults, string path, string model, ModelPrice? price)
    {
        Require(faults, path, !string.IsNullOrWhiteSpace(model), Fault.Quote(model), "a model's name, or the beginning of one with a '*' behind it");
        if (price is null)
        {
            faults.Add(path, Fault.Missing, "a price such as { \"Input\": 2.5, \"Output\": 10 }");
            return;
        }

        ReadOnlySpan<(string Key, decimal Value)> values =
        [
            ("Input", price.Input), ("CachedInput", price.CachedInput ?? 0), ("CacheWrite", price.CacheWrite ?? 0), ("Output", price.Output), ("AudioMinute", price.AudioMinute),
            ("Image", price.Image),
        ];
        foreach (var (key, value) in values)
        {
            Require(faults, $"{path}:{key}", PriceFile.IsPrice(value), Fault.Quote(value), TokenCostSectionReader.Dollars.Right);
        }
    }

    private static void CheckBudget(FaultList faults, string path, BudgetOptions? budget, HashSet<string> names)
    {
        const string Right = "a budget such as '20 usd/day fixed'";
        if (budget?.Limit is not { } text)
        {
            faults.Add(path, Fault.Missing, Right);
            return;
        }

        if (!LimitOptions.TryParse(text, out var limit, out var fault))
        {
            faults.Add($"{path}:Limit", Fault.Quote(text), fault);
        }
        else if (limit.Unit != AIUnits.Usd || limit.Partition != PartitionBy.Service || limit.Algorithm is not (LimitAlgorithm.SlidingWindow or LimitAlgorithm.FixedWindow or LimitAlgorithm.TokenBucket))
        {
            faults.Add($"{path}:Limit", Fault.Quote(text), $"{Right}: of the whole service, in {AIUnits.Usd} and a window");
        }
        else
        {
            Require(faults, $"{path}:Limit", limit.Pace == QuotaPace.None || budget.Then != BudgetAction.Warn, Fault.Quote(text), "no pace, which holds requests back, or Then Refuse");
            Require(faults, $"{path}:Limit", names.Add(limit.EffectiveName), Fault.Quote(text), "one budget of this kind");
        }

        Require(faults, $"{path}:Then", Enum.IsDefined(budget.Then), Fault.Quote((long)budget.Then), EnumText.Names<BudgetAction>());
        Require(faults, $"{path}:WarnPercent", TokenCostSectionReader.Percent.Contains(budget.WarnPercent), Fault.Quote(budget.WarnPercent), TokenCostSectionReader.Percent.Right);
    }

    private static void Require(FaultList faults, string path, bool holds, string value, string right)
    {
        if (!holds)
        {
            faults.Add(path, value, right);
        }
    }
}
