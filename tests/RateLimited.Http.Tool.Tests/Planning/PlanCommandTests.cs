using System.Text.Json;

namespace RateLimited.Http.Tool.Tests.Planning;

/// <summary>How many keys, which tier, how long.</summary>
public sealed class PlanCommandTests
{
    [Fact]
    public void A_file_is_planned_and_its_bottleneck_named()
    {
        using var file = new TemporaryFile("""{ "RateLimiting": { "Global": { "Limits": "100000/day" }, "Services": { "shop": { "Limits": [ "500/minute", "150000 tokens/minute token-bucket" ], "ArrivalGuard": "0 s" } } } }""");
        using var result = Result(file.Path, "--items", "10000", "--cost", "tokens=1000");
        var plan = result.RootElement.GetProperty("plans")[0];

        plan.GetProperty("bottleneck").GetString().ShouldBe("150000 tokens/minute");
        plan.GetProperty("keys").GetInt32().ShouldBe(1);

        // 150 go at once and the others one in 0.4 s.
        plan.GetProperty("duration").GetDouble().ShouldBe((9_850 * 0.4) + 0.25, tolerance: 0.01);
        plan.GetProperty("limits").EnumerateArray().Select(static limit => limit.GetProperty("name").GetString()).ShouldBe(["150000 tokens/minute", "500/minute", "100000/day"]);
        plan.GetProperty("check").GetProperty("items").GetInt64().ShouldBe(10_000);
    }

    [Fact]
    public void Every_tier_of_a_provider_is_planned()
    {
        using var result = Result("--preset", "anthropic", "--items", "50000", "--cost", "input-tokens=1000", "--within", "2 hours");
        var plans = result.RootElement.GetProperty("plans").EnumerateArray().ToDictionary(static plan => plan.GetProperty("tier").GetString()!, StringComparer.Ordinal);

        plans.Keys.ShouldBe(["start", "scale", "tier-1"]);
        plans["scale"].GetProperty("keys").GetInt32().ShouldBe(1);
        plans["start"].GetProperty("keys").GetInt32().ShouldBe(1);
        plans["tier-1"].GetProperty("keys").GetInt32().ShouldBeInRange(13, 14);
        plans.Values.ShouldAllBe(static plan => plan.GetProperty("duration").GetDouble() <= 7_200);
    }

    [Fact]
    public void A_tier_that_can_never_do_it_says_why_beside_those_that_can()
    {
        using var result = Result("--preset", "anthropic", "--items", "10", "--cost", "input-tokens=100000");
        var plans = result.RootElement.GetProperty("plans").EnumerateArray().ToDictionary(static plan => plan.GetProperty("tier").GetString()!, StringComparer.Ordinal);

        plans["tier-1"].GetProperty("impossible").GetString().ShouldBe("One item costs 100000 input-tokens → at most 30000, all that the limit 'input-tokens' ever gives");
        plans["start"].TryGetProperty("impossible", out _).ShouldBeFalse();
    }

    [Fact]
    public void Endpoints_of_a_provider_are_meant_by_their_requests()
    {
        using var result = Result("--preset", "youtube", "--tier", "one-quota", "--endpoint", "GET /youtube/v3/search", "--items", "1000");
        var limit = result.RootElement.GetProperty("plans")[0].GetProperty("limits")[0];

        limit.GetProperty("name").GetString().ShouldBe("daily");
        limit.GetProperty("costOfItem").GetInt64().ShouldBe(100);
    }

    [Fact]
    public void People_read_a_table()
    {
        string[] args = ["plan", "--preset", "stripe", "--items", "100000"];
        var run = ToolRun.Of(args);

        run.ExitCode.ShouldBe(0);
        foreach (var text in (string[])["stripe: 100000 items", "tier", "live", "sandbox", "100/second", "have one each", "The simulation of 100000 items took", "Keys that it counts together are one key here."])
        {
            run.Output.ShouldContain(text);
        }

        ToolRun.OnTerminal(args).Output.ShouldContain("│ live");
    }

    [Theory]
    [InlineData("'--items' is required", "--preset", "stripe")]
    [InlineData("--items: '0' → a whole number from 1 to 10^12", "--preset", "stripe", "--items", "0")]
    [InlineData("--items: '1e6' → ", "--preset", "stripe", "--items", "1e6")]
    [InlineData("plan: no service → an appsettings.json, or a provider by --preset.", "--items", "5")]
    [InlineData("--preset: 'strip' → perhaps 'stripe'", "--preset", "strip", "--items", "5")]
    [InlineData("--tier: 'gold' → ", "--preset", "stripe", "--tier", "gold", "--items", "5")]
    [InlineData("no figure of 'openai' is known beforehand", "--preset", "openai", "--items", "5")]
    [InlineData("--keys: '0' → ", "--preset", "stripe", "--items", "5", "--keys", "0")]
    [InlineData("--within: 'soon' → ", "--preset", "stripe", "--items", "5", "--within", "soon")]
    [InlineData("--cost: from 1 to 5 tokens → one amount", "--preset", "stripe", "--items", "5", "--cost", "tokens=1..5")]
    [InlineData("plan: 5 items within 100ms → 0.25 s at least, whatever the number of keys", "--preset", "stripe", "--items", "5", "--within", "100 ms")]
    [InlineData("there is no such file", "no-such-file.json", "--items", "5")]
    [InlineData("a file and --preset or --tier → one of them", "no-such-file.json", "--items", "5", "--tier", "x")]
    public void An_impossible_plan_is_said_in_a_sentence(string says, params string[] args) => ToolRun.Of(["plan", .. args]).ShouldBeRefused().ShouldContain(says);

    private static JsonDocument Result(params string[] args)
    {
        var run = ToolRun.Of(["plan", "--json", .. args]);
        run.ExitCode.ShouldBe(0, run.Errors);
        return JsonDocument.Parse(run.Output);
    }
}
