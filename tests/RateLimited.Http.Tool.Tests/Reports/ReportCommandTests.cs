using System.Text.Json;
using static RateLimited.Http.Tool.Tests.Reports.RecordedJournal;

namespace RateLimited.Http.Tool.Tests.Reports;

public sealed class ReportCommandTests : IDisposable
{
    private readonly RecordedJournal _journal = new();

    [Fact]
    public void Without_a_day_it_is_the_last_one_that_was_recorded()
    {
        _journal.Add([.. Minute(Noon), .. Minute(Noon.AddDays(-1), tenant: "yesterday")]);

        var run = ToolRun.Of("report", _journal.Path);

        (run.ExitCode, run.Errors).ShouldBe((0, string.Empty));
        run.Output.ShouldStartWith("Rate limits, 2026-11-26\n");
        run.Output.ShouldContain("31 requests: 30 went at once, 0 waited and went, 1 were refused");
        run.Output.ShouldContain("acme           1");
        run.Output.ShouldNotContain("yesterday");
    }

    [Theory]
    [InlineData("--day", "2026-11-25", "Rate limits, 2026-11-25", 31)]
    [InlineData("--day", "2026-11-20", "Rate limits, 2026-11-20", 0)]
    [InlineData("--week", "2026-11-26", "Rate limits, 2026-11-23 to 2026-11-29", 62)]
    [InlineData("--week", "2026-11-30", "Rate limits, 2026-11-30 to 2026-12-06", 31)]
    public void A_day_or_the_week_around_it_can_be_asked_for(string option, string day, string title, long requests)
    {
        _journal.Add([.. Minute(Noon), .. Minute(Noon.AddDays(-1)), .. Minute(Noon.AddDays(5))]);

        ToolRun.Of("report", _journal.Path, option, day).Output.ShouldStartWith(title);
        using var document = JsonDocument.Parse(ToolRun.Of("report", _journal.Path, option, day, "--json").Output);
        document.RootElement.GetProperty("services").EnumerateArray().Sum(static service => service.GetProperty("requests").GetProperty("total").GetInt64()).ShouldBe(requests);
    }

    [Fact]
    public void As_a_page_it_shows_hostile_names_as_text_and_in_a_terminal_they_move_no_cursor()
    {
        const string Hostile = "<script>alert(1)</script>\u001b[2J";
        _journal.Add(Minute(Noon, Hostile, Hostile, Hostile));

        var page = ToolRun.Of("report", _journal.Path, "--html").Output;
        page.ShouldStartWith("<!DOCTYPE html>");
        page.ShouldNotContain("<script", Case.Insensitive);
        page.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;?[2J");
        ToolRun.Of("report", _journal.Path).Output.ShouldAllBe(static c => c == '\n' || !char.IsControl(c));
        ToolRun.OnTerminal("report", _journal.Path).Output.ShouldNotContain("\u001b");
    }

    [Fact]
    public void A_service_is_compared_with_the_tiers_of_the_provider_that_is_named()
    {
        _journal.Add(Minute(Noon));

        ToolRun.Of("report", _journal.Path).Output.ShouldNotContain("Tiers");
        ToolRun.Of("report", _journal.Path, "--preset", "SHOP=claude").Output.ShouldContain("tier-1 fits with the least to spare.");
    }

    [Fact]
    public void What_a_crash_has_cut_off_is_left_out_and_the_rest_is_reported()
    {
        _journal.Add([.. Minute(Noon), .. Minute(Noon.AddMinutes(1), tenant: "cut")]);
        var file = _journal.FileOf(new DateOnly(2026, 11, 26));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^3]);

        var run = ToolRun.Of("report", _journal.Path);

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("62 requests");
        run.Output.ShouldNotContain("cut");
    }

    [Fact]
    public void What_is_no_record_is_passed_over()
    {
        _journal.Add(Minute(Noon));
        var file = _journal.FileOf(new DateOnly(2026, 11, 26));
        var frames = new System.Buffers.ArrayBufferWriter<byte>();
        foreach (var nonsense in (string[])["null", "7", "{}", """{"kind":"usage","at":"2026-11-26T12:00:00Z","service":null}""", """{"kind":"refusal","at":"2026-11-26T12:00:00Z","service":"shop","reason":"Nonsense"}"""])
        {
            History.Journal.RecordFrame.Write(frames, System.Text.Encoding.UTF8.GetBytes(nonsense));
        }

        File.AppendAllBytes(file, frames.WrittenSpan);

        ToolRun.Of("report", _journal.Path).Output.ShouldContain("31 requests");
    }

    [Fact]
    public void What_cannot_be_worked_with_is_said_in_one_sentence()
    {
        ToolRun.Of("report", _journal.Path).ShouldBeRefused().ShouldContain("no journal → the directory that a program with AddRateLimitHistory() records in");
        ToolRun.Of("report").ShouldBeRefused().ShouldContain("'DIRECTORY'");
        ToolRun.Of("report", "no-such-directory").ShouldBeRefused().ShouldBe("ratelimited: no-such-directory: there is no such directory.");
        using var file = new TemporaryFile("text");
        ToolRun.Of("report", file.Path).ShouldBeRefused().ShouldEndWith("a file → a directory.");

        _journal.Add(Minute(Noon));
        ToolRun.Of("report", _journal.Path, "--day", "26.11.2026").ShouldBeRefused().ShouldBe("ratelimited: --day: '26.11.2026' → a day from the year 2000 on, such as '2026-11-26'.");
        ToolRun.Of("report", _journal.Path, "--week", "0001-01-01").ShouldBeRefused().ShouldContain("--week: '0001-01-01'");
        ToolRun.Of("report", _journal.Path, "--day", "2026-11-26", "--week", "2026-11-26").ShouldBeRefused().ShouldContain("--day and --week → one of them");
        ToolRun.Of("report", _journal.Path, "--html", "--json").ShouldBeRefused().ShouldContain("--html and --json → one of them");
        ToolRun.Of("report", _journal.Path, "--preset", "shop").ShouldBeRefused().ShouldContain("'shop=shopify'");
        ToolRun.Of("report", _journal.Path, "--preset", "shop=gihub").ShouldBeRefused().ShouldContain("perhaps 'github'");
    }

    public void Dispose() => _journal.Dispose();
}
