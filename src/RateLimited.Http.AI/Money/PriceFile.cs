using System.Globalization;
using System.Text.Json;

namespace RateLimited.Http.AI.Money;

/// <summary>A file of prices: <c>{ "date": "2026-11-05", "models": { "gpt-4o": { "input": 2.5, "output": 10 } } }</c>. Other properties are for its readers.</summary>
/// <param name="Date">The day on which the prices were those.</param>
/// <param name="Prices">The prices by model.</param>
internal sealed record PriceFile(DateOnly Date, IReadOnlyList<KeyValuePair<string, ModelPrice>> Prices)
{
    /// <summary>The most that a million tokens, a minute or an image may cost.</summary>
    public const decimal Most = 100_000;

    private const int MostModels = 10_000;
    private const decimal Finest = 1_000_000;

    /// <summary>Reads a file, or returns null and says what is wrong with it.</summary>
    public static PriceFile? Read(JsonElement file, out string? fault)
    {
        fault = null;
        if (file.ValueKind != JsonValueKind.Object || !file.TryGetProperty("date", out var date) || date.ValueKind != JsonValueKind.String
            || !DateOnly.TryParseExact(date.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || !file.TryGetProperty("models", out var models) || models.ValueKind != JsonValueKind.Object)
        {
            fault = "no 'date' such as '2026-11-05', or no 'models'";
            return null;
        }

        var prices = new List<KeyValuePair<string, ModelPrice>>();
        foreach (var model in models.EnumerateObject())
        {
            if (prices.Count == MostModels || Price(model.Value) is not { } price)
            {
                fault = prices.Count == MostModels ? $"more than {MostModels} models" : $"'{model.Name}' has no price that is a number from 0 to {Most}";
                return null;
            }

            prices.Add(KeyValuePair.Create(model.Name, price));
        }

        return new PriceFile(day, prices);
    }

    /// <summary>Whether a price can be: not negative, and no finer than is counted.</summary>
    public static bool IsPrice(decimal price) => price is >= 0 and <= Most && decimal.IsInteger(price * Finest);

    private static ModelPrice? Price(JsonElement price)
    {
        if (price.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var isRight = true;
        var read = new ModelPrice
        {
            Input = Number("input") ?? 0,
            CachedInput = Number("cachedInput"),
            CacheWrite = Number("cacheWrite"),
            Output = Number("output") ?? 0,
            AudioMinute = Number("audioMinute") ?? 0,
            Image = Number("image") ?? 0,
        };
        return isRight ? read : null;

        decimal? Number(string name)
        {
            if (!price.TryGetProperty(name, out var value))
            {
                return null;
            }

            var number = 0m;
            isRight &= value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out number) && IsPrice(number);
            return number;
        }
    }
}
