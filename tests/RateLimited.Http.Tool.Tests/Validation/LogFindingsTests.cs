using System.Text.Json;

namespace RateLimited.Http.Tool.Tests.Validation;

/// <summary>Which endpoints in a log have no limit of their own.</summary>
public sealed class LogFindingsTests
{
    private const string Limited = """{ "Limits": "500/minute", "Endpoints": { "GET /search/*": { "Limits": "30/minute" }, "GET /costly": { "Costs": { "requests": 5 } }, "bulk": { "Limits": "1/s" } } }""";

    [Fact]
    public void Endpoints_without_a_limit_of_their_own_are_found_and_counted()
    {
        using var file = TemporaryFile.Service(Limited);
        using var log = new TemporaryFile("""
            time,method,path
            2026-01-01T00:00:00Z,GET,/search/code?q=secret
            2026-01-01T00:00:01Z,get,/users/17/posts
            2026-01-01T00:00:02Z,GET,https://api.example.com/users/18/posts?page=2
            2026-01-01T00:00:03Z,POST,/users/0f8fad5b-d9cb-469f-a165-70867728950e
            2026-01-01T00:00:03Z,GET,/costly
            """, ".csv");
        var run = ToolRun.Of("validate", file.Path, "--log", log.Path);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("Of the log's 5 requests these have no limit of their own:");
        Found(file, log).ShouldBe([("GET /users/{id}/posts", 2, "Service"), ("GET /costly", 1, "Service"), ("POST /users/{id}", 1, "Service")]);
        run.Output.ShouldNotContain("secret");
    }

    [Fact]
    public void Where_all_have_one_nothing_is_found()
    {
        using var file = TemporaryFile.Service(Limited);
        using var log = new TemporaryFile("""
            {"time":1767225600,"method":"GET","path":"/search/x"}
            {"time":1767225600.5,"endpoint":"bulk"}
            """, ".jsonl");
        var run = ToolRun.Of("validate", file.Path, "--log", log.Path);

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("2 requests: every endpoint has a limit of its own.");
    }

    [Theory]
    [InlineData("""{ "Limits": "5/s", "Endpoints": { "GET /x": { "Limits": "none" } } }""", "", "Nothing")]
    [InlineData("""{ "Limits": "5/s", "Endpoints": { "GET /x": { "Limits": "none" } } }""", "\"Global\": { \"Limits\": \"9/s\" }, ", "Global")]
    [InlineData("""{ "Limits": "5/s" }""", "", "Service")]
    [InlineData("""{ "Limits": "discover" }""", "", "Service")]
    [InlineData("""{ "Endpoints": { "GET /y": { "Limits": "5/s" } } }""", "", "Nothing")]
    [InlineData("""{ "Endpoints": { "GET /y": { "Limits": "5/s" } }, "Tenants": { "Limits": "9/s" } }""", "", "Service")]
    public void It_says_what_counts_them_all_the_same(string service, string global, string countedBy)
    {
        using var file = new TemporaryFile($$"""{ "RateLimiting": { {{global}}"Services": { "shop": {{service}} } } }""");
        using var log = new TemporaryFile("time,method,path\n1767225600,GET,/x\n", ".csv");

        Found(file, log).ShouldBe([("GET /x", 1, countedBy)]);
    }

    [Fact]
    public void A_log_that_names_services_is_judged_service_by_service()
    {
        using var file = new TemporaryFile("""{ "RateLimiting": { "Services": { "a": { "Limits": "5/s" }, "b": { "Limits": "5/s", "Endpoints": { "GET /x": { "Limits": "1/s" } } } } } }""");
        using var log = new TemporaryFile("time;service;method;path\n1767225600;A;GET;/x\n1767225600;b;GET;/x\n1767225600;c;GET;/x\n", ".csv");

        Found(file, log).ShouldBe([("GET /x", 1, "Service"), ("GET /x", 1, "NotConfigured")]);
    }

    [Fact]
    public void Where_nobody_says_which_service_is_meant_it_must_be_said()
    {
        using var file = new TemporaryFile("""{ "RateLimiting": { "Services": { "a": { "Limits": "5/s" }, "b": { "Limits": "5/s" } } } }""");
        using var log = new TemporaryFile("time,method,path\n1767225600,GET,/x\n", ".csv");

        ToolRun.Of("validate", file.Path, "--log", log.Path).ShouldBeRefused().ShouldContain("2 services → say which by --service: a, b");
        ToolRun.Of("validate", file.Path, "--log", log.Path, "--service", "bb").ShouldBeRefused().ShouldContain("perhaps 'b'");
        ToolRun.Of("validate", file.Path, "--log", log.Path, "--service", "B").ExitCode.ShouldBe(1);
    }

    [Fact]
    public void A_log_without_paths_says_nothing_of_endpoints()
    {
        using var file = TemporaryFile.Service(Limited);
        using var log = new TemporaryFile("time,tenant\n1767225600,a\n", ".csv");

        ToolRun.Of("validate", file.Path, "--log", log.Path).ShouldBeRefused().ShouldContain("no request has a path");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Names_in_a_log_move_no_cursor(bool onTerminal)
    {
        using var file = TemporaryFile.Service(Limited);
        using var log = new TemporaryFile("time,method,path,service\n1767225600,GET,/[red]\u001b]0;o\u0007\u202e/x,\u001b[2J\u009b31m[/]\n", ".csv");
        var run = onTerminal ? ToolRun.OnTerminal("validate", file.Path, "--log", log.Path) : ToolRun.Of("validate", file.Path, "--log", log.Path);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("GET /[red]?]0;o??/x");
        run.Output.ShouldContain("?[2J?31m[/]");
        run.Output.ShouldAllBe(static c => c == '\n' || c == '\r' || c == '\u001b' || !char.IsControl(c));
        run.Output.ShouldNotContain("\u001b]0;");
        run.Output.ShouldNotContain("\u001b[2J");
    }

    private static (string?, int, string?)[] Found(TemporaryFile file, TemporaryFile log)
    {
        using var document = JsonDocument.Parse(ToolRun.Of("validate", file.Path, "--log", log.Path, "--json").Output);
        return [.. document.RootElement.GetProperty("log").GetProperty("unlimited").EnumerateArray().Select(static each =>
            (each.GetProperty("endpoint").GetString(), each.GetProperty("requests").GetInt32(), each.GetProperty("countedBy").GetString()))];
    }
}
