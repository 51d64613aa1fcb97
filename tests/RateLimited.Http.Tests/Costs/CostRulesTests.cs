using System.Net.Http.Json;
using RateLimited.Http.Configuration;
using RateLimited.Http.Costs;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Tests.Costs;

/// <summary>What requests cost by what they tell themselves, and what they did cost by what responses tell.</summary>
public sealed class CostRulesTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("header x-cost", "12", "12")]
    [InlineData("header x-cost", "0.25", "0.25")]
    [InlineData("header x-cost", "0", "0")]
    [InlineData("header x-cost", "-1", "7")]
    [InlineData("header x-cost", "1e3", "7")]
    [InlineData("header x-cost", "1000000000001", "7")]
    [InlineData("header x-cost", "many", "7")]
    [InlineData("header x-other", "12", "7")]
    [InlineData("header content-language", "12", "3")]
    [InlineData("query n", "12", "5")]
    [InlineData("query m", "12", "7")]
    [InlineData("body size.width", "12", "640")]
    [InlineData("body model", "12", "7")]
    [InlineData("length", "12", "45")]
    public async Task A_number_is_taken_from_where_it_stands_and_else_the_amount_counts(string from, string header, string cost)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://host/path?x=1&n=5&n=6")
        {
            Content = new StringContent("""{"model":"gpt-4o","size":{"width":640,"h":1}}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("x-cost", header);
        request.Content.Headers.TryAddWithoutValidation("Content-Language", "3");
        CostSource.TryParse(from, out var source).ShouldBeTrue();

        var estimate = await Estimate(new CostRule("points") { Amount = 7, From = source }, request);

        estimate.ShouldBe([UnitCost.Of("points", decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture))]);
    }

    [Theory]
    [InlineData("gpt-4o", "5")]
    [InlineData("GPT-4o", "5")]
    [InlineData("gpt-4o-mini", "0.5")]
    [InlineData("gpt-4o-2024-08-06", "6")]
    [InlineData("gpt-4o-mini-2024", "6")]
    [InlineData("o3", "1")]
    [InlineData("", "1")]
    public async Task A_models_name_has_its_amount_or_that_of_the_longest_beginning(string model, string cost)
    {
        var rule = new CostRule("premium")
        {
            From = new CostSource(CostPlace.Body, "model"),
            Amounts = new AmountTable<decimal>([new("gpt-4o", 5m), new("gpt-4o-mini", 0.5m), new("gpt-4o-*", 6m), new("gpt-*", 9m), new("*", 1m)]),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://host/") { Content = JsonContent.Create(new { messages = new[] { "x" }, model }) };

        (await Estimate(rule, request)).ShouldBe([UnitCost.Of("premium", decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture))]);
        (await request.Content!.ReadAsStringAsync(Ended)).ShouldContain($"\"model\":\"{model}\"");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1024, 1)]
    [InlineData(1025, 2)]
    public async Task Begun_ones_count(int length, long kilobytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://host/") { Content = new ByteArrayContent(new byte[length]) };

        (await Estimate(new CostRule("kilobytes") { From = new CostSource(CostPlace.Length, string.Empty), Per = 1024 }, request)).ShouldBe([new UnitCost("kilobytes", kilobytes)]);
    }

    [Fact]
    public async Task A_body_that_can_be_sent_but_once_is_not_consumed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://host/") { Content = new StreamContent(new OnceStream("{\"model\":\"gpt-4o\"}"u8.ToArray())) };
        request.Content.Headers.ContentType = new("application/json");
        var rule = new CostRule("premium") { From = new CostSource(CostPlace.Body, "model"), Amount = 3 };

        (await Estimate(rule, request)).ShouldBe([new UnitCost("premium", 3)]);
        (await request.Content.ReadAsStringAsync(Ended)).ShouldBe("{\"model\":\"gpt-4o\"}");
    }

    [Fact]
    public async Task Of_such_a_body_whose_length_is_known_its_own_buffer_is_read()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://host/") { Content = new StreamContent(new OnceStream("{\"cost\":4}"u8.ToArray())) };
        request.Content.Headers.ContentType = new("application/json");
        request.Content.Headers.ContentLength = 10;

        (await Estimate(new CostRule("premium") { From = new CostSource(CostPlace.Body, "cost") }, request)).ShouldBe([new UnitCost("premium", 4)]);
        (await request.Content.ReadAsStringAsync(Ended)).ShouldBe("{\"cost\":4}");
    }

    [Theory]
    [InlineData("header X-Used", "8")]
    [InlineData("body usage.points", "2.5")]
    [InlineData("body usage.other", null)]
    [InlineData("header X-None", null)]
    public async Task Responses_tell_what_it_was(string settled, string? cost)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://host/");
        using var response = new HttpResponseMessage { Content = JsonContent.Create(new { usage = new { points = 2.5 } }) };
        response.Headers.TryAddWithoutValidation("X-Used", "8");
        CostSource.TryParse(settled, out var source).ShouldBeTrue();
        var estimate = await new CostRules([new CostRule("points") { Amount = 5, Settled = source }]).EstimateAsync(Costed(request), Ended);

        var reader = estimate!.Watch(response, key: null)!;
        reader.Read(await response.Content.ReadAsByteArrayAsync(Ended));

        reader.End(isComplete: true).ShouldBe(cost is null ? [] : [UnitCost.Of("points", decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture))]);
    }

    [Theory]
    [InlineData("header x-cost", true)]
    [InlineData("HEADER x", true)]
    [InlineData("  query   n ", true)]
    [InlineData("body a.b", true)]
    [InlineData("Length", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("header", false)]
    [InlineData("header a b", false)]
    [InlineData("body a..b", false)]
    [InlineData("length x", false)]
    [InlineData("cookie x", false)]
    [InlineData("0 x", false)]
    public void A_source_is_read_or_refused(string? text, bool isRight) => CostSource.TryParse(text, out _).ShouldBe(isRight);

    private static async Task<IReadOnlyList<UnitCost>> Estimate(CostRule rule, HttpRequestMessage request) =>
        (await new CostRules([rule]).EstimateAsync(Costed(request), Ended))!.Costs;

    private static CostedRequest Costed(HttpRequestMessage request) => new("a", request, CostEstimation.ReadBodyAsync);

    private sealed class OnceStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
