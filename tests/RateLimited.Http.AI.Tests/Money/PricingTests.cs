using System.Text.Json;
using RateLimited.Http.AI.Money;
using RateLimited.Http.AI.Usage;

namespace RateLimited.Http.AI.Tests.Money;

/// <summary>What usage costs, to the last digit, and where prices come from.</summary>
public sealed class PricingTests
{
    private static readonly ModelPrice Price = new() { Input = 2.5m, CachedInput = 1.25m, CacheWrite = 3, Output = 10, AudioMinute = 0.006m, Image = 0.04m };

    [Fact]
    public void Each_kind_of_token_has_its_price()
    {
        Price.CostOf(new TokenUsage(1_000, CacheRead: 600, CacheWrite: 100, Output: 50, AudioSeconds: null), images: 0)
            .ShouldBe(((300 * 2.5m) + (600 * 1.25m) + (100 * 3m) + (50 * 10m)) / 1_000_000);
        Price.CostOf(new TokenUsage(null, 0, 0, null, AudioSeconds: 90), images: 2).ShouldBe(0.009m + 0.08m);
        new ModelPrice { Input = 0.000001m }.CostOf(new TokenUsage(1, 0, 0, 1, null), 0).ShouldBe(0.000000000001m);
        new ModelPrice { Input = 4 }.CostOf(new TokenUsage(10, CacheRead: 5, CacheWrite: 5, Output: 0, null), 0).ShouldBe(0.00004m);
        Price.CostOf(default, images: 0).ShouldBe(0);
    }

    [Theory]
    [InlineData("gpt-4o", "gpt-4o", 2.5)]
    [InlineData("gpt-4o-2024-08-06", "gpt-4o-2024-08-06", 7)]
    [InlineData("gpt-4o-2024-11-20", "gpt-4o-20", 2.5)]
    [InlineData("openai/gpt-4o-mini", "gpt-4o-mini", 0.15)]
    [InlineData("claude-sonnet-4-5-20250929", "claude-sonnet-4", 3)]
    [InlineData("CLAUDE-OPUS-4-5-20251101", "claude-opus-4-5", 5)]
    [InlineData("claude-opus-4-20250514", "claude-opus-4", 15)]
    [InlineData("house/llama", "house/llama", 1)]
    [InlineData("mine-7", "mine", 2)]
    [InlineData("gpt-4o-audio-preview", null, 0)]
    [InlineData("", null, 0)]
    [InlineData("/", null, 0)]
    public void A_model_has_the_price_of_its_name_or_of_the_longest_beginning(string model, string? name, double input)
    {
        var table = new PriceTable(
            [new("gpt-4o-2024-08-06", new ModelPrice { Input = 7 }), new("mine-*", new ModelPrice { Input = 2 })],
            new PriceFile(new DateOnly(2026, 1, 1), [new("house/llama", new ModelPrice { Input = 1 }), new("mine-*", new ModelPrice { Input = 9 })]));

        var found = table.Of(model);

        (found?.Name, (double)(found?.Price.Input ?? 0)).ShouldBe((name, input));
    }

    [Fact]
    public void What_the_package_knows_is_dated_and_in_order()
    {
        PriceTable.Known.Date.ShouldBe(new DateOnly(2026, 11, 5));
        PriceTable.Known.Prices.Count.ShouldBeGreaterThan(40);
        PriceTable.Known.Prices.Select(static price => price.Key).ShouldBeUnique();
        foreach (var (model, price) in PriceTable.Known.Prices)
        {
            (price.Input + price.Output + price.AudioMinute).ShouldBeGreaterThan(0, model);
            (price.CachedInput ?? 0).ShouldBeLessThanOrEqualTo(price.Input, model);
            (price.CacheWrite ?? price.Input).ShouldBeGreaterThanOrEqualTo(price.Input, model);
        }
    }

    [Theory]
    [InlineData("""{"date":"2026-11-05","models":{"m":{"input":1,"output":2.5}}}""", null)]
    [InlineData("""{"date":"2026-11-05","models":{}}""", null)]
    [InlineData("""{"models":{}}""", "no 'date' such as '2026-11-05', or no 'models'")]
    [InlineData("""{"date":"yesterday","models":{}}""", "no 'date' such as '2026-11-05', or no 'models'")]
    [InlineData("""{"date":"2026-11-05","models":{"m":{"input":-1}}}""", "'m' has no price that is a number from 0 to 100000")]
    [InlineData("""{"date":"2026-11-05","models":{"m":{"input":"1"}}}""", "'m' has no price that is a number from 0 to 100000")]
    [InlineData("""{"date":"2026-11-05","models":{"m":{"input":1e30}}}""", "'m' has no price that is a number from 0 to 100000")]
    [InlineData("""{"date":"2026-11-05","models":{"m":{"input":0.0000001}}}""", "'m' has no price that is a number from 0 to 100000")]
    [InlineData("""{"date":"2026-11-05","models":{"m":5}}""", "'m' has no price that is a number from 0 to 100000")]
    [InlineData("""[]""", "no 'date' such as '2026-11-05', or no 'models'")]
    public void A_file_of_prices_is_read_or_refused(string json, string? fault)
    {
        using var document = JsonDocument.Parse(json);

        (PriceFile.Read(document.RootElement, out var said) is null).ShouldBe(fault is not null);
        said.ShouldBe(fault);
    }
}
