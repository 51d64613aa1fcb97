using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>What RFC 9111 says, one case a row: an answer, how many seconds later which request comes, and what becomes of it.</summary>
public sealed class Rfc9111Tests(StrictProgram shared) : IClassFixture<StrictProgram>
{
    private const string Hit = "hit";
    private const string Asked = "asked";
    private const string Confirmed = "confirmed";
    private const string NotHere = "504";

    [Theory]

    // Freshness, 4.2.
    [InlineData("Cache-Control: max-age=60", 59, "", Hit)]
    [InlineData("Cache-Control: max-age=60", 60, "", Asked)]
    [InlineData("Cache-Control: MAX-AGE=60", 59, "", Hit)]
    [InlineData("Cache-Control: max-age=\"60\"", 59, "", Hit)]
    [InlineData("Cache-Control: max-age=60, max-age=10", 30, "", Asked)]
    [InlineData("Cache-Control: max-age=sixty", 0, "", Asked)]
    [InlineData("Cache-Control: max-age=-60", 0, "", Asked)]
    [InlineData("Cache-Control: max-age=99999999999999999999", 86_400, "", Hit)]
    [InlineData("Cache-Control: s-maxage=60", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|Age: 50", 9, "", Hit)]
    [InlineData("Cache-Control: max-age=60|Age: 50", 10, "", Asked)]
    [InlineData("Cache-Control: max-age=60|Age: 50|Age: nonsense", 10, "", Asked)]
    [InlineData("Cache-Control: max-age=60|Date: {-50}", 9, "", Hit)]
    [InlineData("Cache-Control: max-age=60|Date: {-50}", 11, "", Asked)]
    [InlineData("Cache-Control: max-age=60|Date: {+900}", 59, "", Hit)]
    [InlineData("Expires: {+60}", 59, "", Hit)]
    [InlineData("Expires: {+60}", 60, "", Asked)]
    [InlineData("Expires: 0", 0, "", Asked)]
    [InlineData("Expires: {+60}|Cache-Control: max-age=10", 30, "", Asked)]
    [InlineData("Expires: {+10}|Cache-Control: max-age=60", 30, "", Hit)]
    [InlineData("", 0, "", Asked)]
    [InlineData("Last-Modified: {-1000}", 50, "", Confirmed)]

    // What is not kept, 3; partial content, 3.3.
    [InlineData("Cache-Control: no-store, max-age=60", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|Cache-Control: no-store", 1, "", Asked)]
    [InlineData("Cache-Control: private=\"x, max-age=60", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|:status: 206|Content-Range: bytes 0-1/2", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|:status: 500", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|:status: 429", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|:status: 401", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|:status: 404", 1, "", Hit)]
    [InlineData("Cache-Control: max-age=60|:status: 410", 1, "", Hit)]
    [InlineData("Cache-Control: max-age=60|:status: 203", 1, "", Hit)]
    [InlineData("Cache-Control: max-age=60|:status: 204", 1, "", Hit)]
    [InlineData("Cache-Control: max-age=60|:status: 299", 1, "", Asked)]
    [InlineData("Cache-Control: private, max-age=60", 1, "", Hit)]
    [InlineData("Cache-Control: private=\"X-A\", max-age=60", 1, "", Hit)]

    // What must be asked for anew, 4.3 and 5.2.2.
    [InlineData("Cache-Control: no-cache|ETag: \"a\"", 0, "", Confirmed)]
    [InlineData("Cache-Control: no-cache=\"Set-Cookie\", max-age=60|ETag: \"a\"", 0, "", Confirmed)]
    [InlineData("Cache-Control: max-age=60|ETag: \"a\"", 61, "", Confirmed)]
    [InlineData("Cache-Control: max-age=60|ETag: W/\"a\"", 61, "", Confirmed)]
    [InlineData("Cache-Control: max-age=60|Last-Modified: {-1000}", 61, "", Confirmed)]
    [InlineData("ETag: \"a\"", 0, "", Confirmed)]
    [InlineData("ETag: a", 0, "", Asked)]
    [InlineData("Cache-Control: max-age=60, must-revalidate|ETag: \"a\"", 59, "", Hit)]
    [InlineData("Cache-Control: max-age=60, must-revalidate|ETag: \"a\"", 61, "Cache-Control: max-stale", Confirmed)]

    // What the request says, 5.2.1.
    [InlineData("Cache-Control: max-age=60|ETag: \"a\"", 1, "Cache-Control: no-cache", Confirmed)]
    [InlineData("Cache-Control: max-age=60|ETag: \"a\"", 1, "Pragma: no-cache", Confirmed)]
    [InlineData("Cache-Control: max-age=60|ETag: \"a\"", 1, "Pragma: no-cache|Cache-Control: max-age=5", Hit)]
    [InlineData("Cache-Control: max-age=60", 10, "Cache-Control: max-age=10", Hit)]
    [InlineData("Cache-Control: max-age=60", 11, "Cache-Control: max-age=10", Asked)]
    [InlineData("Cache-Control: max-age=60", 1, "Cache-Control: max-age=0", Asked)]
    [InlineData("Cache-Control: max-age=60", 10, "Cache-Control: min-fresh=50", Hit)]
    [InlineData("Cache-Control: max-age=60", 11, "Cache-Control: min-fresh=50", Asked)]
    [InlineData("Cache-Control: max-age=60", 70, "Cache-Control: max-stale=10", Hit)]
    [InlineData("Cache-Control: max-age=60", 71, "Cache-Control: max-stale=10", Asked)]
    [InlineData("Cache-Control: max-age=60", 9_999, "Cache-Control: max-stale", Hit)]
    [InlineData("Cache-Control: max-age=60", 1, "Cache-Control: only-if-cached", Hit)]
    [InlineData("Cache-Control: max-age=60", 61, "Cache-Control: only-if-cached", NotHere)]
    [InlineData("Cache-Control: max-age=60", 61, "Cache-Control: only-if-cached, max-stale=5", Hit)]
    [InlineData("Cache-Control: max-age=60", 1, "Range: bytes=0-1", Asked)]

    // What it varies by, 4.1.
    [InlineData("Cache-Control: max-age=60|Vary: Accept-Language", 1, "", Hit)]
    [InlineData("Cache-Control: max-age=60|Vary: Accept-Language", 1, "Accept-Language: de", Asked)]
    [InlineData("Cache-Control: max-age=60|Vary: *", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60|Vary: Accept|Vary: Accept-Language, *", 1, "", Asked)]
    [InlineData("Cache-Control: max-age=60", 1, "Accept-Language: de", Hit)]

    // Whose it is, 3.5; and whatever else may be a key.
    [InlineData("Cache-Control: public, max-age=60", 1, "Authorization: Bearer other", Asked)]
    [InlineData("Cache-Control: public, max-age=60", 1, "X-Api-Key: other", Asked)]
    [InlineData("Cache-Control: public, max-age=60", 1, "Cookie: a=b", Asked)]
    [InlineData("Cache-Control: max-age=60", 1, "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Hit)]
    public async Task Rows(string answer, int later, string request, string outcome)
    {
        var (program, path, confirms) = (shared.Program, $"/{Guid.NewGuid()}", false);
        program.Seen.Clear();
        program.Answers(path, async context =>
        {
            foreach (var group in Lines(answer, program.Time.GetUtcNow()).GroupBy(static line => line.Name, StringComparer.OrdinalIgnoreCase))
            {
                if (group.Key == ":status")
                {
                    context.Response.StatusCode = int.Parse(group.Single().Value, CultureInfo.InvariantCulture);
                }
                else
                {
                    context.Response.Headers[group.Key] = group.Select(static line => line.Value).ToArray();
                }
            }

            if (confirms && (context.Request.Headers.IfNoneMatch.Count > 0 || context.Request.Headers.IfModifiedSince.Count > 0))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
            }
            else if (context.Response.StatusCode != StatusCodes.Status204NoContent)
            {
                await context.Response.WriteAsync("it", context.RequestAborted);
            }
        });
        // Past the limits: a row whose upstream refuses would hold up the next.
        using var first = await program.SendAsync(path, static message => message.WithoutRateLimiting());
        var body = await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        program.Time.Advance(TimeSpan.FromSeconds(later));
        confirms = true;

        using var second = await program.SendAsync(path, message =>
        {
            message.WithoutRateLimiting();
            foreach (var (name, value) in Lines(request, program.Time.GetUtcNow()))
            {
                message.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
            }
        });

        var became = program.Seen.Count == 1 ? second.StatusCode == HttpStatusCode.GatewayTimeout ? NotHere : Hit
            : program.Seen.Last().IfNoneMatch.Count > 0 || program.Seen.Last().IfModifiedSince.Count > 0 ? Confirmed
            : Asked;
        became.ShouldBe(outcome, second.ToString());
        if (outcome != NotHere)
        {
            second.StatusCode.ShouldBe(first.StatusCode);
            (await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe(body);
        }

        if (outcome == Hit)
        {
            second.Headers.Age!.Value.TotalSeconds.ShouldBeGreaterThanOrEqualTo(later);
            second.Headers.GetValues("Cache-Status").Single().ShouldStartWith("RateLimited.Http; hit; ttl=");
        }
    }

    private static IEnumerable<(string Name, string Value)> Lines(string text, DateTimeOffset now)
    {
        foreach (var line in text.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = line.IndexOf(": ", StringComparison.Ordinal);
            var value = line[(at + 2)..];
            yield return (line[..at], value.StartsWith('{') ? now.AddSeconds(int.Parse(value.Trim('{', '}'), CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture) : value);
        }
    }
}
