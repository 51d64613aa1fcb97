using System.Globalization;
using System.Text;
using RateLimited.Http.Tool.Input;

namespace RateLimited.Http.Tool.Tests.Input;

/// <summary>Logs are written by others: whatever is in them is either read or refused in a sentence with its line.</summary>
public sealed class AccessLogTests
{
    private static readonly DateTime Begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", 0)]
    [InlineData("2026-01-01T02:00:00.250+02:00", 250)]
    [InlineData("2026-01-01 00:00:00", 0)]
    [InlineData("1767225600", 0)]
    [InlineData("1767225600.125", 125)]
    [InlineData("1767225600125", 125)]
    public void Times_are_read_as_logs_write_them(string time, int milliseconds) =>
        Read($"time\n{time}\n").ShouldHaveSingleItem().Time.ShouldBe(Begin.AddMilliseconds(milliseconds));

    [Theory]
    [InlineData("250", 250)]
    [InlineData("0.5", 0.5)]
    [InlineData("250 ms", 250)]
    [InlineData("2s", 2000)]
    [InlineData("00:00:00.250", 250)]
    public void Latencies_are_milliseconds_or_durations(string latency, double milliseconds) =>
        Read($"time,latency\n0,{latency}\n").ShouldHaveSingleItem().Latency.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void Every_field_is_read()
    {
        var csv = Read("Timestamp,Verb,Url,Customer,Priority,Name,Elapsed,Tokens,Service,Other\n0,get,http://h/a/b?c=d#e,\"Con\"\"toso, Inc\",high,repo,5,1200,s,x\n").ShouldHaveSingleItem();
        var json = Read("""{"Timestamp":0,"verb":"get","url":"/a/b#e","tenant":"Con\"toso, Inc","priority":"High","partition":"repo","duration":5.0,"tokens":1200,"service":"s","other":{"deep":[1]},"endpoint":null}""").ShouldHaveSingleItem();

        foreach (var entry in (LogEntry[])[csv, json])
        {
            entry.Time.ShouldBe(DateTime.UnixEpoch);
            (entry.Method, entry.Path, entry.Tenant, entry.Priority, entry.Partition, entry.Service).ShouldBe(("GET", "/a/b", "Con\"toso, Inc", RequestPriority.High, "repo", "s"));
            entry.Latency.ShouldBe(TimeSpan.FromMilliseconds(5));
            entry.Costs.ShouldBe([new UnitCost("tokens", 1200)]);
        }
    }

    [Fact]
    public void Requests_come_in_the_order_of_time_and_within_an_instant_in_that_of_the_log() =>
        Read("time,tenant\n3,a\n1,b\n2,c\n1,d\n").Select(static entry => entry.Tenant).ShouldBe(["b", "d", "c", "a"]);

    [Theory]
    [InlineData("time\nyesterday\n", "line 2, time: 'yesterday' → a time such as")]
    [InlineData("time\n\n\n-1\n", "line 4, time: '-1' → ")]
    [InlineData("time\n1e400\n", "→ a time")]
    [InlineData("time\n99999999999999999999\n", "→ a time")]
    [InlineData("time,latency\n1,-5\n", "latency: '-5' → milliseconds")]
    [InlineData("time,latency\n1,1e99\n", "latency: '1e99' → milliseconds")]
    [InlineData("time,priority\n1,urgent\n", "priority: 'urgent' → ")]
    [InlineData("time,tokens\n1,1.0000005\n", "tokens: '1.0000005' → a number from 0")]
    [InlineData("time,tokens\n1,9999999999999\n", "tokens: '9999999999999' → ")]
    [InlineData("time,tenant\n1,a,b\n", "line 2: 3 fields → 2")]
    [InlineData("time,tenant\n,a\n", "line 2: no time")]
    [InlineData("when,tenant\n1,a\n", "line 1: no field 'time'")]
    [InlineData("time,tenant\n1,\"a\n", "line 2: a quote that is not closed")]
    [InlineData("time,tenant\n1,\"a\"b\n", "line 2: text behind a closed quote")]
    [InlineData("time\n", "no requests")]
    [InlineData("", "no field 'time'")]
    [InlineData("{\"time\":1}\n{\"time\":}\n", "line 2: no valid JSON")]
    [InlineData("{\"time\":1}\n\n[1]\n", "line 3: array → an object")]
    [InlineData("{\"time\":1}\n{\"tenant\":\"a\"}", "line 2: no time")]
    [InlineData("{\"time\":1}\n{\"time\":\"x\"}", "line 2, time: 'x' → ")]
    [InlineData("{\"time\":\"\\ud800\"}", "line 1")]
    public void What_is_wrong_is_said_with_its_place(string log, string says) => Refused(log).ShouldContain(says);

    [Fact]
    public void Lines_fields_texts_and_depth_are_bounded()
    {
        Refused($"time,tenant\n1,{new string('x', 70_000)}\n").ShouldContain("line 2: more than 64000 characters");
        Refused($"time,tenant\n1,{new string('x', 3_000)}\n").ShouldContain("at most 2048 characters");
        Refused("time" + new string(',', 300) + "\n").ShouldContain("more than 256 fields");
        Refused("time,tenant\n1,\"" + string.Concat(Enumerable.Repeat(new string('x', 60_000) + "\n", 3)) + "\"\n").ShouldContain("characters in quotes");
        Refused("{\"time\":1,\"a\":" + new string('[', 40) + new string(']', 40) + "}").ShouldContain("line 1: no valid JSON");
    }

    [Fact]
    public void What_was_quoted_reads_back()
    {
        var random = new Random(4);
        for (var i = 0; i < 300; i++)
        {
            var tenants = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Text(random)).ToArray();
            var csv = new StringBuilder("time,tenant\n");
            foreach (var tenant in tenants)
            {
                csv.Append(CultureInfo.InvariantCulture, $"1,\"{tenant.Replace("\"", "\"\"", StringComparison.Ordinal)}\"{(random.Next(2) == 0 ? "\r\n" : "\n")}");
            }

            Read(csv.ToString()).Select(static entry => entry.Tenant ?? string.Empty).ShouldBe(tenants.Select(static tenant => tenant.Trim()));
        }
    }

    [Fact]
    public void Whatever_a_file_holds_it_is_read_or_refused()
    {
        string[] parts = ["time", "1767225600", ",", ";", "\t", "\"", "\"\"", "\n", "\r\n", "\r", "{", "}", "[", "]", ":", "\\", "\\ud800", "\0", "\u001b[31m", "tenant", "tokens", "-1", "1e309", "NaN", "null", "\uFEFF", "\u202e", "9999999999999999999", " "];
        var random = new Random(17);
        var read = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var text = new StringBuilder(random.Next(4) switch { 0 => "time,tenant\n", 1 => "{\"time\":1}\n", 2 => "{\"time\":", _ => string.Empty });
            for (var part = random.Next(12); part > 0; part--)
            {
                text.Append(parts[random.Next(parts.Length)]);
            }

            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            if (random.Next(4) == 0 && bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                AccessLog.Read("a.log", new MemoryStream(bytes), ["tokens"]).ShouldNotBeEmpty();
                read++;
            }
            catch (BadInputException)
            {
            }
        }

        read.ShouldBeGreaterThan(50);
    }

    private static string Text(Random random)
    {
        const string Alphabet = "ab,;\t\"\n\r'{} ü";
        return string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
    }

    private static IReadOnlyList<LogEntry> Read(string log) => AccessLog.Read("a.log", new MemoryStream(Encoding.UTF8.GetBytes(log)), ["tokens"]);

    private static string Refused(string log) => Should.Throw<BadInputException>(() => Read(log)).Message;
}
