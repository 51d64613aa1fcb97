using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Signals;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>A dialect of one's own, from its section to what is read out of a response.</summary>
public class DialectTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 13, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Names_and_formats_of_ones_own_are_read()
    {
        var signal = Read(
            """
            { "Limit": "X-Quota-Max", "Remaining": "X-Quota-Left", "Reset": { "Header": "X-Quota-Reset", "Format": "EpochSeconds", "ResetsToFull": true },
              "RetryAfter": "X-Come-Back", "Bucket": "X-Quota-Bucket", "LimitScope": "Endpoint", "Statuses": { "420": "Limited" } }
            """,
            420, ("x-quota-max", "100"), ("X-Quota-Left", "40"), ("X-Quota-Reset", Now.AddSeconds(36).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("X-Come-Back", "7"), ("X-Quota-Bucket", "b7"), ("X-RateLimit-Remaining", "0"));

        var hint = signal.Limits.Span[0];
        signal.Limits.Count.ShouldBe(1);
        (hint.Name.ToString(), hint.Unit, hint.Limit, hint.Remaining, hint.ResetAfter, hint.ResetsToFull).ShouldBe((UnitCost.Requests, UnitCost.Requests, 100L, 40L, TimeSpan.FromSeconds(36), true));
        signal.Bucket.ToString().ShouldBe("b7");
        signal.Verdict.Kind.ShouldBe(ResponseKind.Limited);
        signal.Verdict.Scope.ShouldBe(ResponseScope.Endpoint);
        signal.Verdict.Wait.ShouldBe(TimeSpan.FromSeconds(7));
        signal.Dialect!.Name.ShouldBe("own");
    }

    [Fact]
    public void Several_limits_have_units_windows_and_names()
    {
        var signal = Read(
            """
            { "Limits": [ { "Window": "minute", "Limit": "X-Req-Max", "Remaining": "X-Req-Left" },
                          { "Name": "daily", "Unit": "tokens", "Window": "1 d", "Remaining": "X-Tok-Left", "Reset": { "Header": "X-Tok-Reset", "Format": "Milliseconds" } } ] }
            """,
            200, ("X-Req-Max", "60"), ("X-Req-Left", "59"), ("X-Tok-Left", "5"), ("X-Tok-Reset", "1500"));

        signal.Limits.Count.ShouldBe(2);
        var requests = Limit(signal, UnitCost.Requests);
        (requests.Unit, requests.Limit, requests.Remaining, requests.Window).ShouldBe((UnitCost.Requests, 60L, 59L, TimeSpan.FromMinutes(1)));
        var daily = Limit(signal, "daily");
        (daily.Unit, daily.Remaining, daily.Window, daily.ResetAfter).ShouldBe(("tokens", 5L, TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(1500)));
    }

    [Fact]
    public void A_limit_in_the_name_of_a_header_is_read()
    {
        var signal = Read("""{ "Remaining": "x-left-{limit}" }""", 200, ("X-Left-tokens", "5"), ("x-left-requests", "6"), ("x-left-audio-minute", "7"));

        Limit(signal, "tokens").Remaining.ShouldBe(5);
        Limit(signal, "requests").Remaining.ShouldBe(6);
        Limit(signal, "audio-minute").Window.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_header_may_come_by_several_names()
    {
        const string Json = """{ "Remaining": [ "X-Left", { "Header": "X-Tokens-Left", "Unit": "tokens", "Limit": "tpm" } ] }""";

        Limit(Read(Json, 200, ("x-left", "5")), UnitCost.Requests).Remaining.ShouldBe(5);
        Limit(Read(Json, 200, ("x-tokens-left", "6")), "tpm").Unit.ShouldBe("tokens");
    }

    [Fact]
    public void Refusals_may_come_with_success()
    {
        const string Body = """{"ok":false,"error":"ratelimited"}""";

        Verdict("""{ "Remaining": "X-Left", "RefusesWithSuccess": true }""").ShouldBe(ResponseKind.Limited);
        Verdict("""{ "Remaining": "X-Left" }""").ShouldBe(ResponseKind.Fine);

        static ResponseKind Verdict(string dialect)
        {
            using var response = new HttpResponseMessage(HttpStatusCode.OK);
            Reader(dialect).Read(response, Encoding.UTF8.GetBytes(Body), Now, out var signal);
            return signal.Verdict.Kind;
        }
    }

    [Theory]
    [InlineData("Limited", ResponseKind.Limited, ResponseScope.Key)]
    [InlineData("exhausted", ResponseKind.Exhausted, ResponseScope.Key)]
    [InlineData("RefusedKey", ResponseKind.RefusedKey, ResponseScope.Key)]
    [InlineData("Overloaded", ResponseKind.Overloaded, ResponseScope.Service)]
    [InlineData("Rejected", ResponseKind.Rejected, ResponseScope.Request)]
    public void A_status_means_what_the_dialect_says(string meaning, object kind, object scope)
    {
        var verdict = Read($$"""{ "Remaining": "X-Left", "Statuses": { "418": "{{meaning}}" } }""", 418).Verdict;

        verdict.Kind.ShouldBe((ResponseKind)kind);
        verdict.Scope.ShouldBe((ResponseScope)scope);
    }

    [Fact]
    public void In_code_it_is_the_same()
    {
        var options = new ServiceRateLimitingOptions().Limit("5/s").UseDialect(static dialect => dialect
            .Header(DialectField.Remaining, "X-Left")
            .Header(DialectField.Reset, "X-Reset", DialectFormat.Milliseconds)
            .Header(new DialectHeaderOptions { Field = DialectField.Limit, Header = "X-Max", Unit = "tokens", Window = TimeSpan.FromHours(1) }));
        using var response = Response(200, ("X-Left", "5"), ("X-Reset", "250"), ("X-Max", "9"));

        ServiceOptionsFaults.Of("a", options, []).Sentences().ShouldBeEmpty();
        DefinitionCompiler.Pipeline(options).Signals.Read(response, default, Now, out var signal);

        Limit(signal, UnitCost.Requests).ResetAfter.ShouldBe(TimeSpan.FromMilliseconds(250));
        Limit(signal, "tokens").Window.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void The_words_of_options_are_those_of_the_reader()
    {
        Enum.GetNames<DialectField>().Select(static name => name == nameof(DialectField.WindowLength) ? nameof(HeaderField.Window) : name).ShouldBe(Enum.GetNames<HeaderField>());
        Enum.GetNames<DialectFormat>().ShouldBe(Enum.GetNames<ValueFormat>());
        Enum.GetNames<DialectScope>().ShouldBe(Enum.GetNames<ResponseScope>());
        Enum.GetNames<DialectMeaning>().ShouldBe(Enum.GetNames<ResponseKind>());
    }

    [Theory]
    [InlineData("\"opnai\"", "Dialect: 'opnai' → perhaps 'openai'; known here are akamai, anthropic, aws,")]
    [InlineData("\"\"", "Dialect: missing → the name of a known dialect such as 'openai', or a section with at least one header, such as { \"Remaining\": \"X-Quota-Left\" }.")]
    [InlineData("{ \"LimitScope\": \"Key\" }", "Dialect: missing → the name of a known dialect such as 'openai', or a section with at least one header, such as { \"Remaining\": \"X-Quota-Left\" }.")]
    [InlineData("{ \"Remainin\": \"X-Left\" }", "Dialect:Remainin: unknown key → perhaps 'Remaining'; known here are Limit, Remaining,")]
    [InlineData("{ \"Remaining\": \"X Left\" }", "Dialect:Remaining: 'X Left' → a header's name of 3 to 64 letters, digits and '-', such as 'X-Quota-Left'.")]
    [InlineData("{ \"Remaining\": \"X\" }", "Dialect:Remaining: 'X' → a header's name")]
    [InlineData("{ \"Remaining\": \"{limit}-left\" }", "Dialect:Remaining: '{limit}-left' → a header's name")]
    [InlineData("{ \"Remaining\": \"x-{limit}-{limit}\" }", "Dialect:Remaining: 'x-{limit}-{limit}' → a header's name")]
    [InlineData("{ \"Remaining\": \"X-Left:\\r\\nX\" }", "Dialect:Remaining: 'X-Left:??X' → a header's name")]
    [InlineData("{ \"Remaining\": { \"Format\": \"Seconds\" } }", "Dialect:Remaining: missing → a header's name")]
    [InlineData("{ \"Remaining\": { \"Header\": \"X-Left\", \"Formt\": \"Seconds\" } }", "Dialect:Remaining:Formt: unknown key → perhaps 'Format'; known here are Header, Format,")]
    [InlineData("{ \"Reset\": { \"Header\": \"X-Reset\", \"Format\": \"Minutes\" } }", "Dialect:Reset:Format: 'Minutes' → one of Auto, Seconds, Milliseconds, EpochSeconds, EpochMilliseconds, Duration, Date.")]
    [InlineData("{ \"Remaining\": { \"Header\": \"X-Left\", \"ResetsToFull\": true } }", "Dialect:Remaining:ResetsToFull: 'true' → false, or a Reset.")]
    [InlineData("{ \"Remaining\": { \"Header\": \"X-Left\", \"Unit\": \"to kens\" } }", "Dialect:Remaining:Unit: 'to kens' → a unit of at most 64 letters")]
    [InlineData("{ \"Remaining\": { \"Header\": \"X-Left\", \"Window\": \"60\" } }", "Dialect:Remaining:Window: '60' → a window from 1 ms to 31 days")]
    [InlineData("{ \"Remaining\": \"X-Left\", \"Used\": \"x-left\" }", "Dialect:Used: 'x-left' → a header of its own, since RateLimiting:Services:a:Dialect:Remaining reads this one.")]
    [InlineData("{ \"Bucket\": \"x-bucket-{limit}\" }", "Dialect:Bucket: 'x-bucket-{limit}' → no '{limit}', which only headers of one limit have, such as Limit, Remaining and Reset.")]
    [InlineData("{ \"Remaining\": \"X-Left\", \"LimitScope\": \"Tenant\" }", "Dialect:LimitScope: 'Tenant' → one of Request, Endpoint, Key, Service.")]
    [InlineData("{ \"Remaining\": \"X-Left\", \"Statuses\": { \"42\": \"Limited\" } }", "Dialect:Statuses:42: '42' → a status from 200 to 999.")]
    [InlineData("{ \"Remaining\": \"X-Left\", \"Statuses\": { \"420\": \"Calm\" } }", "Dialect:Statuses:420: 'Calm' → one of Fine, Rejected, Limited, Exhausted, RefusedKey, Permission, Overloaded, ServerFault.")]
    [InlineData("{ \"Remaining\": \"X-Left\", \"Statuses\": 420 }", "Dialect:Statuses: '420' → a section of statuses and meanings, such as { \"420\": \"Limited\" }.")]
    [InlineData("{ \"Remaining\": \"X-Left\", \"RefusesWithSuccess\": \"no\" }", "Dialect:RefusesWithSuccess: 'no' → true or false.")]
    [InlineData("{ \"Limits\": [ \"X-Left\" ] }", "Dialect:Limits:0: 'X-Left' → each a section of one limit, such as { \"Unit\": \"tokens\", \"Remaining\": \"X-Tokens-Left\" }.")]
    [InlineData("{ \"Limits\": { \"Unit\": \"tokens\", \"Bucket\": \"X-B\", \"Limit\": \"X-L\" } }", "Dialect:Limits:Bucket: unknown key → one of Name, Unit, Window, Limit,")]
    public void What_is_wrong_is_said(string dialect, string sentence)
    {
        var fault = Configured.Faults(Configured.Service($$"""{ "Limits": "5/s", "Dialect": {{dialect}} }""")).ShouldHaveSingleItem();

        fault.ShouldStartWith($"RateLimiting:Services:a:{sentence}");
    }

    [Fact]
    public void What_is_wrong_in_code_is_said()
    {
        var options = new ServiceRateLimitingOptions().Limit("5/s").UseDialect("openai").UseDialect(static dialect => dialect.Header(DialectField.Limit, "X-Max"));
        ServiceOptionsFaults.Of("a", options, []).Sentences().ShouldBe(["RateLimiting:Services:a:Dialect: 'openai' → either a known dialect or one of your own."]);

        options = new ServiceRateLimitingOptions().Limit("5/s").UseDialect(static dialect =>
        {
            dialect.Header(null!).Header((DialectField)77, "X-Max").Header(new DialectHeaderOptions { Header = "X-Two", Format = (DialectFormat)77, Limit = "", Window = TimeSpan.Zero });
            dialect.LimitScope = (DialectScope)77;
            dialect.Statuses[7] = (DialectMeaning)77;
        });
        ServiceOptionsFaults.Of("a", options, []).Sentences().Select(static fault => fault["RateLimiting:Services:a:Dialect".Length..].Split(" → ")[0]).ShouldBe(
            [":Headers:0: missing", ":Headers:1: 77", ":Headers:2:Format: 77", ":Headers:2:Limit: ''", ":Headers:2:Window: '00:00:00'", ":LimitScope: 77", ":Statuses:7: 7", ":Statuses:7: 77"]);

        options = new ServiceRateLimitingOptions().Limit("5/s").UseDialect(static dialect =>
        {
            for (var i = 0; i < 65; i++)
            {
                dialect.Header(DialectField.Limit, $"X-{i}");
                dialect.Statuses[400 + i] = DialectMeaning.Limited;
            }
        });
        ServiceOptionsFaults.Of("a", options, []).Sentences().ShouldBe(["RateLimiting:Services:a:Dialect: 65 headers → at most 64."]);
        options.Dialect!.Headers.RemoveAt(0);
        ServiceOptionsFaults.Of("a", options, []).Sentences().ShouldBe(["RateLimiting:Services:a:Dialect:Statuses: 65 statuses → at most 64."]);
    }

    private static LimitHint Limit(UpstreamSignal signal, string name)
    {
        foreach (var hint in signal.Limits.Span)
        {
            if (hint.Name == (SignalText)name)
            {
                return hint;
            }
        }

        throw new InvalidOperationException($"No limit {name}.");
    }

    private static UpstreamSignal Read(string dialect, int status, params (string Name, string Value)[] headers)
    {
        using var response = Response(status, headers);
        Reader(dialect).Read(response, default, Now, out var signal);
        return signal;
    }

    private static SignalReader Reader(string dialect)
    {
        using var container = Configured.Container(Configured.Service($$"""{ "Limits": "5/s", "Dialect": {{dialect}} }"""), static services => services.AddServiceRateLimiting("a"));
        return DefinitionCompiler.Pipeline(container.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a")).Signals;
    }

    private static HttpResponseMessage Response(int status, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}
