using System.Diagnostics;
using System.Globalization;
using System.Text;
using RateLimited.Http.Configuration;
using RateLimited.Http.Signals;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Signals;

/// <summary>Random and dictionary-built responses: nothing throws, nothing takes long, nothing leaves its bounds, and saying a thing twice never loosens it.</summary>
public sealed class HostileHeadersTests
{
    /// <summary>A nightly run sets <c>RATELIMITED_NIGHTLY</c> and reads a million; the suite's fifty thousand find what is easy to find.</summary>
    private static readonly int Cases = Environment.GetEnvironmentVariable("RATELIMITED_NIGHTLY") is null ? 50_000 : 1_000_000;

    private static readonly TimeSpan Bound = TimeSpan.FromHours(1);

    internal static readonly string[] Names =
    [
        .. KnownDialects.All.SelectMany(static dialect => dialect.Rules).Select(static rule => rule.Header.Replace(HeaderRule.Placeholder, "tokens", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal),
        "x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-req-10-second", "x-ratelimit-limit--", "x-ratelimit-limit-99999999999999999999-day", "x-ratelimit-remaining-ü",
        "anthropic-ratelimit-a-b-c-remaining", "X-RATELIMIT-RESET-REQUESTS", "retry-after", "Retry-After", "retry-after-ms", "x-ms-retry-after-ms", "date", "Date", "ratelimit", "ratelimit-policy",
        "x-should-retry", "x-amzn-errortype", "set-cookie", "x", "server",
    ];

    internal static readonly string[] Values =
    [
        "", " ", "0", "1", "-1", "5", "500", "100", "999", "1.5", "599.0", "0.5", "2.0", ".", "5.", ".5", "+5", "1e3", "0x10", "٣", "NaN", "Infinity", "∞", "2147483647", "2147483648",
        "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999", "-99999999999999999999", "1774962810", "1774962810000", "1774962810.123", "6ms", "1m53.425s", "0s", "26ms", "1h",
        "17.399999999s", "99999999999999999h", "1s1s1s1s", "s", "ms", "1.2.3s", "2026-03-31T13:13:30Z", "2026-03-31T13:13Z", "2026-03-31T13:13:30.123456789+02:00", "2026-02-30T00:00:00Z",
        "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "Tue, 31 Mar 2026 13:13:02 GMT", "Tue, 31 Mar 2026 13:13:02 UTC", "Fri, 31 Dec 9999 23:59:59 GMT", "Tue Mar 31 2026 15:13:30 GMT+0200 (x)",
        "32/40", "40/0", "/", "1/", "api-usage=18/5000", "api-usage=18/5000; per-app-api-usage=17/250(appName=a)", "100, 100;w=60, 10000;w=86400", "100;w=60", "20;w=21600", "30, 60", "5, 500",
        "\"default\";r=50;t=30", "\"burst\";q=100;w=60,\"daily\";q=1000;w=86400", "\"fixed window\";\"api\";q=1000;w=300", "quota;t=1", "limit=5000, remaining=100, reset=36000", "limit=, =, ;;;, \"",
        "\"a\\\"b\";r=1", "\"default\";r=999;pk=:dHJpYWwxMjEzMjM=:", "\"x\";q=1;qu=\"content-bytes\"", "\"x\";q=1;qu=\"anything else at all\"", "true", "false", "global", "shared", "user", "core",
        "ThrottlingException:http://internal/", ",,,,,,,,", ";;;;;;;;", "\"", "\\", "\t", new string('9', 70_000), new string('a', 5_000), string.Join(',', Enumerable.Repeat("1;w=1", 500)),
        string.Join(", ", Enumerable.Range(0, 200).Select(static i => $"\"p{i}\";q={i};w={i}")),
    ];

    internal static readonly string[] Bodies =
    [
        "", "Retry later", "{", "[", "{}", "[]", "{\"error\":", "{\"error\":{\"code\":\"insufficient_quota\"}}", "{\"error\":{\"code\":\"insufficient_quota\"", "{\"retry_after\":1e400}", "{\"retry_after\":1336.57}",
        "{\"retry_after\":-5,\"global\":true}", "{\"error\":{\"details\":[{\"retryDelay\":\"34s\"}]}}", "{\"error\":{\"details\":[{\"retryDelay\":\"99999999999999999999s\"}]}}",
        "{\"extensions\":{\"cost\":{\"throttleStatus\":{\"maximumAvailable\":-1,\"currentlyAvailable\":9e99,\"restoreRate\":0}}}}", "{\"errors\":[[[[[[[[[[[[[[[[[[[[[[\"THROTTLED\"]", "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]",
        "{\"errors\":[{\"extensions\":{\"code\":\"THROTTLED\"}}],\"extensions\":{\"cost\":{\"requestedQueryCost\":9223372036854775807,\"throttleStatus\":{\"maximumAvailable\":1000,\"currentlyAvailable\":1,\"restoreRate\":1}}}}",
        "{\"message\":\"try again in 99999999999999999999 days and 1 h and .5 s\"}", "{\"errors\":[[\"RATELIMIT\",\"break for 3 minutes\"]]}", "{\"error\":\"retry after 1m\"}",
        "{\"code\":\"\\ud800\"}", "{\"message\":\"\\u0000 secondary rate limit\"}", "\uFEFF{\"ok\":false,\"error\":\"ratelimited\"}",
    ];

    internal static readonly int[] Statuses = [100, 200, 200, 201, 204, 301, 304, 400, 401, 402, 403, 403, 404, 408, 409, 420, 429, 429, 429, 430, 498, 500, 502, 503, 504, 509, 529, 599, 999];

    [Fact]
    [Fault("H02")]
    [Fault("H04")]
    [Fault("H06")]
    [Fault("P08")]
    public void Whatever_is_sent_is_read_within_the_bounds()
    {
        const int Seed = 20260331;
        var random = new Random(Seed);
        SignalReader[] readers = [new(null, Bound), .. KnownDialects.All.Select(static dialect => new SignalReader(dialect, Bound))];
        var slowest = TimeSpan.Zero;
        var mostAllocated = 0L;
        for (var i = 0; i < Cases; i++)
        {
            using var response = Response(random);
            var reader = readers[random.Next(2) == 0 ? 0 : random.Next(readers.Length)];
            var body = Body(random);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            reader.Read(response, body, Reading.Now, out var signal);
            var took = Stopwatch.GetElapsedTime(started);
            mostAllocated = Math.Max(mostAllocated, GC.GetAllocatedBytesForCurrentThread() - allocated);
            slowest = took > slowest && i > 1_000 ? took : slowest;
            if (Fault(signal) is { } fault)
            {
                Assert.Fail($"Case {i.ToString(CultureInfo.InvariantCulture)} of seed {Seed.ToString(CultureInfo.InvariantCulture)}: {fault}\n{response}\n{Encoding.UTF8.GetString(body)}");
            }
        }

        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(2), "a stall is the machine's; a quadratic reader of 70 KB would be slower still");
        mostAllocated.ShouldBeLessThan(64 * 1024);
    }

    [Fact]
    [Fault("H05")]
    public void A_duplicate_never_loosens()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var reader = new SignalReader(null, Bound);
        var compared = 0;
        for (var i = 0; i < Cases / 5; i++)
        {
            using var response = Response(random);
            reader.Read(response, default, Reading.Now, out var before);
            var names = response.Headers.NonValidated.Select(static header => header.Key)
                .Where(static name => !name.Equals("date", StringComparison.OrdinalIgnoreCase) && Counted(name)).ToArray();
            if (names.Length == 0 || before.Limits.Count > LimitHints.Capacity / 2)
            {
                continue;
            }

            var name = names[random.Next(names.Length)];
            var value = Values[random.Next(Values.Length)];
            response.Headers.TryAddWithoutValidation(name, value);
            reader.Read(response, default, Reading.Now, out var after);
            compared++;
            if (Loosened(before, after) is { } what)
            {
                Assert.Fail($"Case {i.ToString(CultureInfo.InvariantCulture)} of seed {Seed.ToString(CultureInfo.InvariantCulture)}: {what} after another {name}: {value}\n{response}");
            }
        }

        compared.ShouldBeGreaterThan(Cases / 50);
    }

    private static bool Counted(string name) =>
        name.Contains("remaining", StringComparison.OrdinalIgnoreCase) || name.StartsWith("retry-after", StringComparison.OrdinalIgnoreCase) || name.Contains("-limit-", StringComparison.OrdinalIgnoreCase);

    [Fact]
    [Fault("P08")]
    public void Any_dialect_that_options_accept_reads_anything()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        var accepted = 0;
        for (var i = 0; i < Cases / 50; i++)
        {
            var options = new ServiceRateLimitingOptions().Limit("5/s").UseDialect(dialect => OwnDialect(dialect, random));
            if (ServiceOptionsFaults.Of("a", options, []).Count > 0)
            {
                continue;
            }

            accepted++;
            var reader = new SignalReader(DialectCompiler.Dialect(options.Dialect!), Bound);
            for (var times = 0; times < 20; times++)
            {
                using var response = Response(random);
                reader.Read(response, Body(random), Reading.Now, out var signal);
                if (Fault(signal) is { } fault)
                {
                    Assert.Fail($"Case {i.ToString(CultureInfo.InvariantCulture)} of seed {Seed.ToString(CultureInfo.InvariantCulture)}: {fault}\n{response}");
                }
            }
        }

        accepted.ShouldBeGreaterThan(Cases / 500);
    }

    private static void OwnDialect(DialectOptions dialect, Random random)
    {
        string[] templates = ["{limit}", "x-{limit}", "x-ratelimit-{limit}", "retry-{limit}", "x-{limit}-tokens", "a{limit}z", "date{limit}"];
        var count = 1 + random.Next(4);
        for (var i = 0; i < count; i++)
        {
            dialect.Header(new DialectHeaderOptions
            {
                Field = (DialectField)random.Next(26),
                Header = random.Next(3) == 0 ? templates[random.Next(templates.Length)] : Names[random.Next(Names.Length)],
                Format = (DialectFormat)random.Next(7),
                Unit = random.Next(2) == 0 ? UnitCost.Requests : "tokens",
                Limit = random.Next(3) == 0 ? "a limit" : null,
                Window = random.Next(3) == 0 ? TimeSpan.FromTicks(random.NextInt64(TimeSpan.FromDays(31).Ticks)) : null,
            });
        }

        dialect.RefusesWithSuccess = random.Next(2) == 0;
        dialect.LimitScope = (DialectScope)random.Next(4);
        dialect.Statuses[200 + random.Next(800)] = (DialectMeaning)random.Next(8);
    }

    private static string? Loosened(UpstreamSignal before, UpstreamSignal after)
    {
        // Milliseconds beside whole seconds are what these had to round up.
        if (before.RetryAfter is { } wait && !(after.RetryAfter > wait - TimeSpan.FromSeconds(1)))
        {
            return $"Retry-After went from {wait} to {after.RetryAfter}";
        }

        foreach (var hint in before.Limits.Span)
        {
            LimitHint? same = null;
            foreach (var candidate in after.Limits.Span)
            {
                same = candidate.Name == hint.Name && candidate.IsPolicy == hint.IsPolicy && (!hint.IsPolicy || candidate.Window == hint.Window) ? candidate : same;
            }

            // What remains can follow from what was used; once it is sent itself, it is no duplicate.
            if (hint.Used is null && hint.Remaining is { } remaining && !(same?.Remaining <= remaining))
            {
                return $"what remains of {hint.Name} went from {remaining} to {same?.Remaining}";
            }
        }

        return null;
    }

    private static string? Fault(UpstreamSignal signal)
    {
        if (Outside(signal.RetryAfter) || Outside(signal.Verdict.Wait))
        {
            return $"a wait of {signal.RetryAfter} or {signal.Verdict.Wait}";
        }

        if (signal.Verdict.Returns is { } returns && (signal.Verdict.Kind != ResponseKind.Exhausted || returns <= TimeSpan.Zero || returns > TimeSpan.FromDays(31)))
        {
            return $"a quota that returns after {returns}";
        }

        if (signal.Verdict.Kind == ResponseKind.Fine && signal.Verdict.Wait is not null)
        {
            return "a wait after what is fine";
        }

        if (signal.Limits.Count > LimitHints.Capacity)
        {
            return "more limits than there is room for";
        }

        foreach (var hint in signal.Limits.Span)
        {
            if (Outside(hint.ResetAfter) || hint.Limit < 0 || hint.Remaining < 0 || hint.Used < 0 || hint.Window < TimeSpan.Zero || hint.Name.Span.Length > SignalText.MaxLength)
            {
                return $"a limit {hint.Name} of {hint.Limit}, {hint.Remaining} left, resetting after {hint.ResetAfter}, window {hint.Window}";
            }

            _ = hint.WaitFor(1) ?? hint.ImpliedWindow();
            _ = hint.WaitFor(long.MaxValue);
        }

        return null;
    }

    private static bool Outside(TimeSpan? wait) => wait < TimeSpan.Zero || wait > Bound;

    private static HttpResponseMessage Response(Random random)
    {
        var count = random.Next(12);
        var headers = new (string, string)[count];
        for (var i = 0; i < count; i++)
        {
            headers[i] = (Names[random.Next(Names.Length)], random.Next(5) == 0 ? Noise(random) : Values[random.Next(Values.Length)]);
        }

        return Reading.Response(Statuses[random.Next(Statuses.Length)], headers);
    }

    private static string Noise(Random random)
    {
        const string Alphabet = "0123456789.,;:=/-+\"\\ wqrtsmhdnuGMTZ\t\u00e9\u0663\ud800";
        return string.Create(random.Next(40), random, static (text, random) =>
        {
            foreach (ref var c in text)
            {
                c = random.Next(8) == 0 ? (char)random.Next(32, 0x3000) : Alphabet[random.Next(Alphabet.Length)];
            }
        });
    }

    private static byte[] Body(Random random)
    {
        var body = Encoding.UTF8.GetBytes(Bodies[random.Next(Bodies.Length)]);
        if (body.Length > 0 && random.Next(3) == 0)
        {
            body[random.Next(body.Length)] = (byte)random.Next(256);
        }

        return random.Next(6) == 0 ? body[..random.Next(body.Length + 1)] : body;
    }
}
