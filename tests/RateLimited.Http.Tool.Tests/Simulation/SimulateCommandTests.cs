using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RateLimited.Http.Tool.Tests.Simulation;

/// <summary>A day before it comes.</summary>
public sealed class SimulateCommandTests
{
    private const string Shop = """{ "Limits": [ "10/second", "5000 tokens/minute" ], "ArrivalGuard": "0 s", "Endpoints": { "GET /search/{q}": { "Limits": "30/minute" }, "POST /*": { "Costs": { "points": 5 } } }, "Queue": { "Timeout": "20 s" } }""";

    [Fact]
    public void It_says_what_becomes_of_a_generated_demand()
    {
        using var file = TemporaryFile.Service(Shop);
        using var result = Result(file, "--demand", "bursts", "--rate", "30/minute", "--burst", "60", "--duration", "10 min", "--cost", "tokens=20", "--price", "tokens=0.01", "--latency", "100 ms");

        Number(result, "requests").ShouldBe(300);
        Number(result, "admitted").ShouldBe(300);
        Number(result, "atOnce").ShouldBe(50);
        Of(result, "wait").GetProperty("max").GetDouble().ShouldBe(5);
        Of(result, "wait").GetProperty("p50").GetDouble().ShouldBe(2);
        Of(result, "bottleneck").GetString().ShouldBe("10/second");
        Of(result, "costs").GetProperty("tokens").GetInt64().ShouldBe(6_000);
        Of(result, "price").GetDecimal().ShouldBe(60);
        var tokens = Of(result, "limits").EnumerateArray().Single(static limit => limit.GetProperty("unit").GetString() == "tokens");
        tokens.GetProperty("utilisation").GetDouble().ShouldBe(6_000 / 50_000.0, tolerance: 0.01);
    }

    [Fact]
    public void It_says_what_becomes_of_a_recorded_log()
    {
        using var file = TemporaryFile.Service(Shop);
        var csv = new StringBuilder("time,method,path,tokens,latency\n");
        for (var i = 0; i < 60; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{1_767_225_600 + (i / 10)},{(i % 2 == 0 ? "GET" : "POST")},{(i % 2 == 0 ? "/search/x" : "/orders")},100,50\n");
        }

        using var log = new TemporaryFile(csv.ToString(), ".csv");
        using var result = Result(file, "--log", log.Path);

        // 5000 tokens are 50 requests, and 30 of the searches go.
        Number(result, "requests").ShouldBe(60);
        (Number(result, "admitted"), Number(result, "refused")).ShouldBe((50, 10));
        Of(result, "refusals")[0].GetProperty("limit").GetString().ShouldBe("5000 tokens/minute");
        Of(result, "costs").GetProperty("points").GetInt64().ShouldBe(25 * 5);
        Of(result, "duration").GetDouble().ShouldBe(5);
        Of(result, "limits").EnumerateArray().Select(static limit => limit.GetProperty("scope").GetString()).ShouldContain("GET /search/{q}");
    }

    [Fact]
    public void Of_a_log_of_several_services_one_is_simulated()
    {
        using var file = new TemporaryFile("""{ "RateLimiting": { "Services": { "a": { "Limits": "1/s" }, "b": { "Limits": "1/s" } } } }""");
        using var log = new TemporaryFile("time,service\n0,a\n0,B\n1,b\n", ".csv");

        using var result = Result(file, "--log", log.Path, "--service", "b");
        Number(result, "requests").ShouldBe(2);
        ToolRun.Of("simulate", file.Path, "--log", log.Path).ShouldBeRefused().ShouldContain("say which by --service: a, b");
    }

    [Fact]
    public void An_endpoint_is_meant_by_its_key_or_by_a_request_to_it()
    {
        using var file = TemporaryFile.Service(Shop);
        using var byPath = Result(file, "--endpoint", "GET /search/abc", "--rate", "1/s", "--duration", "1 min");
        using var byKey = Result(file, "--endpoint", "GET /search/{q}", "--rate", "1/s", "--duration", "1 min");

        byPath.RootElement.GetRawText().ShouldBe(byKey.RootElement.GetRawText());
        byPath.RootElement.GetRawText().ShouldContain("30/minute");
    }

    [Fact]
    public void The_same_seed_prints_the_same()
    {
        using var file = TemporaryFile.Service(Shop);
        string Output(string seed) => ToolRun.Of("simulate", file.Path, "--demand", "diurnal", "--rate", "9/s", "--duration", "5 min", "--tenants", "4", "--names", "2", "--latency", "50 ms..2 s", "--start", "2026-05-01T11:00:00Z", "--seed", seed).Output;

        Output("3").ShouldBe(Output("3"));
        Output("4").ShouldNotBe(Output("3"));
    }

    [Fact]
    public void People_read_tables_and_a_chart()
    {
        using var file = TemporaryFile.Service("""{ "Limits": [ "10/second" ], "Tenants": { "Limits": "200/minute" }, "Queue": { "Length": 5 } }""");
        string[] args = ["simulate", file.Path, "--demand", "steady", "--rate", "11/s", "--duration", "10 min", "--tenants", "3"];
        var run = ToolRun.Of(args);

        run.ExitCode.ShouldBe(0);
        foreach (var text in (string[])["shop: steady 11/s, over 10 min, seed 1", "went after a wait", "p99 ", "bottleneck: 10/second", "tenant, 3 parts", "QueueFull", "came    |", "█", "cost: "])
        {
            run.Output.ShouldContain(text);
        }

        run.Output.ShouldNotContain("\u001b");
        ToolRun.OnTerminal(args).Output.ShouldContain("│ 10/second");
    }

    [Theory]
    [InlineData("--rate: 'fast' → a rate", "--rate", "fast")]
    [InlineData("--rate: '5/parsec' → ", "--rate", "5/parsec")]
    [InlineData("--rate: '0/s' → ", "--rate", "0/s")]
    [InlineData("--rate: 'NaN/s' → ", "--rate", "NaN/s")]
    [InlineData("--rate: '1e9/s' → ", "--rate", "1e9/s")]
    [InlineData("--rate: '999999999/s' → ", "--rate", "999999999/s")]
    [InlineData("--demand: 'stedy' → perhaps 'steady'", "--demand", "stedy")]
    [InlineData("--duration: '-1 s' → a duration from 1ms to 366d", "--duration", "-1 s")]
    [InlineData("--duration: '500 days' → ", "--duration", "500 days")]
    [InlineData("--latency: '2 s..1 s' → ", "--latency", "2 s..1 s")]
    [InlineData("--cost: 'tokens' → ", "--cost", "tokens")]
    [InlineData("--cost: 'tokens=9..1' → ", "--cost", "tokens=9..1")]
    [InlineData("--cost: '=1' → ", "--cost", "=1")]
    [InlineData("--price: 'tokens=-1' → ", "--price", "tokens=-1")]
    [InlineData("--endpoint: 'nowhere' → ", "--endpoint", "nowhere")]
    [InlineData("--tenants: '0' → ", "--tenants", "0")]
    [InlineData("--names: 'x' → ", "--names", "x")]
    [InlineData("--start: 'now' → ", "--start", "now")]
    [InlineData("--seed: '-1' → ", "--seed", "-1")]
    [InlineData("--burst: '0' → ", "--demand", "bursts", "--burst", "0")]
    [InlineData("--service: 'shp' → perhaps 'shop'", "--service", "shp")]
    [InlineData("there is no such file", "--log", "no-such-log.csv")]
    [InlineData("--rate: '1000000/s' for 1 min is 60000000 requests → at most 10000000", "--rate", "1000000/s", "--duration", "1 min")]
    public void What_cannot_be_simulated_is_said_in_a_sentence(string says, params string[] args)
    {
        using var file = TemporaryFile.Service("""{ "Limits": "5/s", "Queue": { "Length": 0, "Timeout": "0 s" } }""");

        ToolRun.Of(["simulate", file.Path, .. args]).ShouldBeRefused().ShouldContain(says);
    }

    [Fact]
    public void A_configuration_that_is_wrong_is_refused_with_its_first_fault()
    {
        using var file = TemporaryFile.Service("""{ "Limits": "5 per second", "Queue": { "Length": -1 } }""");

        ToolRun.Of("simulate", file.Path).ShouldBeRefused().ShouldContain("(and 1 more: 'validate' lists them)");
    }

    [Fact]
    public void Limits_that_nobody_knows_beforehand_cannot_be_simulated()
    {
        using var file = TemporaryFile.Service("""{ "Preset": "openai" }""");

        ToolRun.Of("simulate", file.Path).ShouldBeRefused().ShouldContain("those that its upstream reports → Limits, or a Tier whose figures are known");
    }

    private static long Number(JsonDocument result, string name) => Of(result, name).GetInt64();

    private static JsonElement Of(JsonDocument result, string name) => result.RootElement.GetProperty(name);

    private static JsonDocument Result(TemporaryFile file, params string[] args)
    {
        var run = ToolRun.Of(["simulate", file.Path, "--json", .. args]);
        run.ExitCode.ShouldBe(0, run.Errors);
        return JsonDocument.Parse(run.Output);
    }
}
