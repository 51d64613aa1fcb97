using System.Text.Json;
using static RateLimited.Http.History.Tests.Queries.Recorded;

namespace RateLimited.Http.History.Tests.Reports;

public sealed class ReportFormTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'`&\r\n\u001b[2J\u202e\u0000</script>{{x}}";

    [Fact]
    public void As_text_it_is_this()
    {
        var report = HistoryReport.Of(
            ReportPeriod.Day(Today),
            [
                Minute(Start.AddHours(9), Limit(80, used: 60, taken: 80)) with { Admitted = 80, Waited = 10, Refused = 10, Unexpected429 = 1 },
                Refusal(Start.AddHours(9), 7, tenant: "acme", endpoint: "GET /orders"),
                Refusal(Start.AddHours(9), 3, endpoint: "GET /orders"),
            ]);

        report.ToText().ReplaceLineEndings("\n").ShouldStartWith("""
            Rate limits, 2026-11-26
            =======================
            All times are UTC.

            shop
            ----
            100 requests: 80 went at once, 10 waited and went, 10 were refused, 0 went in a dry run.
            20.0% met a limit. 1 were answered with 429 although the limits had admitted them. 0 more were not limited.

            Limits
            limit       of       unit      quota  most used  at                breathing room  taken  left
            100/minute  service  requests    100         80  2026-11-26 09:00           20.0%     80    40

            Refusals by reason
            reason   refusals
            Timeout        10

            Refusals by limit
            limit       refusals
            100/minute        10

            Refusals by endpoint
            endpoint     refusals
            GET /orders        10

            Refusals by tenant
            tenant  refusals
            acme           7
            -              3

            Refusals by key
            key  refusals
            -          10

            By the hour
            time           minutes known  requests  refused  met a limit  most used
            2026-11-26T00              0         0        0            -          -
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Hostile_text_in_every_name_shows_as_text_in_every_form()
    {
        var report = HistoryReport.Of(
            ReportPeriod.Day(Today),
            [
                Minute(Start, Limit(80, name: Hostile, partition: Hostile, unit: Hostile)) with { Service = Hostile, Keys = [new KeyUsage(Hostile, KeyState.Active, 1)] },
                Refusal(Start, 7, tenant: Hostile, endpoint: Hostile, key: Hostile) with { Service = Hostile, Limit = Hostile },
            ]);

        var text = report.ToText();
        text.ShouldAllBe(static c => c == '\n' || (!char.IsControl(c) && c != '\u202e'));
        text.ShouldContain("<img src=x onerror=alert(1)>");
        var page = report.ToHtml();
        page.ShouldNotContain("<img", Case.Insensitive);
        page.ShouldNotContain("script>", Case.Insensitive);
        page.ShouldContain("&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;");
        page.ShouldContain("&amp;??");
        page.ShouldAllBe(static c => c == '\n' || c == '\r' || (!char.IsControl(c) && c != '\u202e'));
        var json = report.ToJson();
        json.ShouldNotContain("<img", Case.Insensitive);
        using var document = JsonDocument.Parse(json);
        var service = document.RootElement.GetProperty("services")[0];
        service.GetProperty("service").GetString().ShouldBe(Hostile);
        foreach (var ranking in (string[])["byEndpoint", "byTenant", "byKey", "byLimit"])
        {
            service.GetProperty(ranking).GetProperty("top")[0].GetProperty("name").GetString().ShouldBe(Hostile);
        }
    }

    [Fact]
    public void A_page_needs_nothing_from_elsewhere_and_runs_nothing()
    {
        var page = HistoryReport.Of(ReportPeriod.Week(Today), [Minute(Start, Limit(80)) with { Admitted = 1 }]).ToHtml();

        page.ShouldStartWith("<!DOCTYPE html>");
        page.ShouldContain("default-src 'none'");
        page.ShouldContain("<title>Rate limits, 2026-11-23 to 2026-11-29</title>");
        foreach (var foreign in (string[])["http://", "https://", "src=", "href=", "url(", "<script", "javascript:", "@import"])
        {
            page.ShouldNotContain(foreign, Case.Insensitive);
        }

        Count(page, "<table>").ShouldBe(Count(page, "</table>"));
        Count(page, "<tr>").ShouldBe(Count(page, "</tr>"));
        page.ShouldContain("<meter min=\"0\" max=\"1\" value=\"0.2\"");
    }

    [Fact]
    public void Of_nothing_it_says_so_in_every_form()
    {
        var report = HistoryReport.Of(ReportPeriod.Day(Today), []);

        report.ToText().ShouldContain("Nothing was recorded.");
        report.ToHtml().ShouldContain("<p>Nothing was recorded.</p>");
        using var document = JsonDocument.Parse(report.ToJson());
        document.RootElement.GetProperty("services").GetArrayLength().ShouldBe(0);
        document.RootElement.GetProperty("period").GetProperty("from").GetDateTimeOffset().ShouldBe(Start);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
