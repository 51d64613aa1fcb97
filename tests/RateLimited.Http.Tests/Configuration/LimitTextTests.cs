using System.Globalization;
using RateLimited.Http.Configuration;
using Shouldly;
using Xunit;

namespace RateLimited.Http.Tests.Configuration;

public class LimitTextTests
{
    [Theory]
    [InlineData("500/minute", "500/minute")]
    [InlineData("150000 tokens/minute", "150000 tokens/minute")]
    [InlineData("150_000 tokens/1m", "150000 tokens/minute")]
    [InlineData("5 concurrent", "5 concurrent")]
    [InlineData("8 slots concurrent per tenant", "8 slots concurrent per tenant")]
    [InlineData("100 requests/2s", "100/2s")]
    [InlineData("1000/day", "1000/day")]
    [InlineData("20 units/12 hours", "20 units/12h")]
    [InlineData("20 units/24 hours", "20 units/day")]
    [InlineData("  7 / 250 ms ", "7/250ms")]
    [InlineData("1/1ms", "1/1ms")]
    [InlineData("10/SECOND", "10/second")]
    [InlineData("10/min", "10/minute")]
    [InlineData("10/00:01:30", "10/90s")]
    [InlineData("10/90 seconds", "10/90s")]
    [InlineData("10/3 days", "10/3d")]
    [InlineData("10/00:00:00.0015000", "10/00:00:00.0015000")]
    [InlineData("60/minute per tenant", "60/minute per tenant")]
    [InlineData("60/minute per name", "60/minute per name")]
    [InlineData("60/minute PER Key", "60/minute per key")]
    [InlineData("100/2s token-bucket burst 50", "100/2s token-bucket burst 50")]
    [InlineData("100/2s burst 50", "100/2s token-bucket burst 50")]
    [InlineData("100/2s burst 100", "100/2s token-bucket")]
    [InlineData("100/2s sliding", "100/2s")]
    [InlineData("10000 units/day fixed America/Los_Angeles", "10000 units/day fixed America/Los_Angeles")]
    [InlineData("5000/hour fixed announced per name", "5000/hour per name fixed announced")]
    [InlineData("5000/hour fixed first-use", "5000/hour fixed first-use")]
    [InlineData("5000/hour fixed per tenant", "5000/hour per tenant fixed")]
    [InlineData("10000/day fixed pace even", "10000/day fixed pace even")]
    [InlineData("10000 units/day fixed America/Los_Angeles PACE Even burst 1600", "10000 units/day fixed America/Los_Angeles pace even burst 1600")]
    [InlineData("10000/day fixed pace profile burst 500", "10000/day fixed pace profile burst 500")]
    [InlineData("240/day pace even burst 10 per tenant", "240/day per tenant pace even")]
    [InlineData("1000000000000/31d", "1000000000000/31d")]
    [InlineData("600/minute adaptive", "600/minute adaptive")]
    [InlineData("600 tokens/minute adaptive initial 50 per tenant", "600 tokens/minute adaptive per tenant initial 50")]
    [InlineData("50 concurrent adaptive min 2 initial 10", "50 concurrent adaptive initial 10 min 2")]
    [InlineData("ADAPTIVE RATE", "adaptive rate")]
    [InlineData("adaptive rate of tokens per name initial 5", "adaptive rate of tokens per name initial 5")]
    [InlineData("adaptive concurrency", "adaptive concurrency")]
    [InlineData("adaptive throttle per tenant", "adaptive throttle per tenant")]
    public void Reads_the_short_form(string text, string canonical)
    {
        LimitOptions.Parse(text).ToString().ShouldBe(canonical);
        LimitOptions.Parse(canonical).ToString().ShouldBe(canonical);
    }

    [Theory]
    [InlineData("100/2s token-bucket burst 50", "100/2s")]
    [InlineData("10000 units/day fixed America/Los_Angeles", "10000 units/day")]
    [InlineData("60/minute token-bucket per tenant", "60/minute per tenant")]
    public void The_default_name_says_what_is_granted(string text, string name) => LimitOptions.Parse(text).EffectiveName.ShouldBe(name);

    private const string Example = "a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'";
    private const string Window = "a window from 1 ms to 31 days, such as 'minute', '2 s' or '00:01:00'";
    private const string Words = "'sliding', 'token-bucket', 'fixed', 'burst', 'adaptive', 'initial', 'min', 'pace even', 'pace profile', 'per tenant', 'per name' or 'per key' after the window";
    private const string PacedWindow = "no pace, or a fixed or sliding window of an hour or more";
    private const string Quota = "a whole number from 1 to 10^12 as the quota";
    private const string Unit = "a unit of at most 64 letters, digits, '.', '_' and '-' that begins with a letter";

    [Theory]
    [InlineData(null, Example)]
    [InlineData("", Example)]
    [InlineData(" \t\n", Example)]
    [InlineData("none", Example)]
    [InlineData("/", Example)]
    [InlineData("/minute", Example)]
    [InlineData("500", Example)]
    [InlineData("500 tokens", Example)]
    [InlineData("-5/minute", Example)]
    [InlineData("+5/minute", Example)]
    [InlineData("1,5/minute", Example)]
    [InlineData("1.5/minute", Example)]
    [InlineData("1e30/minute", Example)]
    [InlineData("NaN/minute", Example)]
    [InlineData("∞/minute", Example)]
    [InlineData("٥/minute", Example)]
    [InlineData("_5/minute", Example)]
    [InlineData("5_/minute", Example)]
    [InlineData("5__0/minute", Example)]
    [InlineData("99999999999999999999/minute", Example)]
    [InlineData("0/minute", Quota)]
    [InlineData("1000000000001/minute", Quota)]
    [InlineData("9223372036854775807/minute", Example)]
    [InlineData("5 concurrent/minute", "one unit before the '/', not 'concurrent'")]
    [InlineData("5 big tokens/minute", "one unit before the '/', not 'tokens'")]
    [InlineData("5 tök€n/minute", Unit)]
    [InlineData("5/", Window)]
    [InlineData("5/fortnight", Window + ", not 'fortnight'")]
    [InlineData("5/60", Window + ", not '60'")]
    [InlineData("5/1.5s", Window + ", not '1.5s'")]
    [InlineData("5/0s", Window)]
    [InlineData("5/32 days", Window)]
    [InlineData("5/99999999999999 days", Window + ", not '99999999999999 days'")]
    [InlineData("5/24:00:00", Window + ", not '24:00:00'")]
    [InlineData("5/minute quickly", Words + ", not 'quickly'")]
    [InlineData("5/minute/second", Window + ", not 'minute/second'")]
    [InlineData("5/minute sliding fixed", "one algorithm")]
    [InlineData("5/minute sliding burst 5", "one algorithm")]
    [InlineData("5 concurrent burst 5", "one algorithm")]
    [InlineData("5/minute burst", "'burst' once, with a whole number behind it")]
    [InlineData("5/minute burst 5 burst 6", "'burst' once, with a whole number behind it")]
    [InlineData("5/minute burst 0", "a whole number from 1 to 10^12 as the burst")]
    [InlineData("5/minute per", "'per tenant', 'per name' or 'per key', once")]
    [InlineData("adaptive", "'adaptive rate', 'adaptive concurrency' or 'adaptive throttle'")]
    [InlineData("adaptive limit", "'adaptive rate', 'adaptive concurrency' or 'adaptive throttle'")]
    [InlineData("adaptive rate/minute", Example)]
    [InlineData("adaptive rate fixed", "one algorithm")]
    [InlineData("adaptive rate min 5", "nothing, or the algorithm AdaptiveConcurrency")]
    [InlineData("adaptive throttle initial 5", "nothing, or the algorithm AdaptiveRate or AdaptiveConcurrency")]
    [InlineData("5/minute adaptive initial 6", "a whole number from 1 to the quota")]
    [InlineData("5/minute adaptive initial", "'initial' once, with a whole number behind it")]
    [InlineData("5 concurrent adaptive min 1 min 1", "'min' once, with a whole number behind it")]
    [InlineData("5/minute initial 5", "nothing, or the algorithm AdaptiveRate or AdaptiveConcurrency")]
    [InlineData("5/minute sliding adaptive", "one algorithm")]
    [InlineData("5/day pace", "'pace even' or 'pace profile', once")]
    [InlineData("5/day pace slow", "'pace even' or 'pace profile', once")]
    [InlineData("5/day fixed pace even pace profile", "'pace even' or 'pace profile', once")]
    [InlineData("5/day pace profile", "None or Even, or a FixedWindow, which has a begin")]
    [InlineData("5/day pace even pace even", "'pace even' or 'pace profile', once")]
    [InlineData("5/day pace even burst 6", "a whole number from 1 to the quota as the burst of what is paced")]
    [InlineData("5/day pace even burst 0", "a whole number from 1 to the quota as the burst of what is paced")]
    [InlineData("5/59 min pace even", PacedWindow)]
    [InlineData("5/day token-bucket pace even", PacedWindow)]
    [InlineData("5/day burst 2 pace even", PacedWindow)]
    [InlineData("5/day adaptive pace even", PacedWindow)]
    [InlineData("5 concurrent pace even", PacedWindow)]
    [InlineData("5/minute per second", "'per tenant', 'per name' or 'per key', once")]
    [InlineData("5/minute per tenant per name", "'per tenant', 'per name' or 'per key', once")]
    [InlineData("5/day fixed Mars/Olympus", "the IANA name of a time zone, such as 'America/Los_Angeles'")]
    [InlineData("5/day fixed ../../etc/passwd", "the IANA name of a time zone, such as 'America/Los_Angeles'")]
    [InlineData("5/hour fixed America/Los_Angeles", "no time zone, or a window of whole days")]
    public void Says_what_would_be_right(string? text, string right)
    {
        LimitOptions.TryParse(text, out var limit, out var fault).ShouldBeFalse();
        limit.ShouldBeNull();
        fault.ShouldBe(right);
    }

    [Fact]
    public void Parse_throws_a_sentence() =>
        Should.Throw<FormatException>(() => LimitOptions.Parse("5/fortnight\r\n"))
            .Message.ShouldBe($"'5/fortnight??' is not a limit; write {Window}, not 'fortnight'.");

    [Fact]
    public void Reads_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            foreach (var culture in (string[])["tr-TR", "ar-SA", "de-DE", "fa-IR"])
            {
                CultureInfo.CurrentCulture = new CultureInfo(culture);
                LimitOptions.Parse("150_000 TOKENS/MIN SLIDING PER TENANT").ToString().ShouldBe("150000 TOKENS/minute per tenant");
                LimitOptions.TryParse("1,5/minute", out _, out _).ShouldBeFalse();
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Never_throws_and_what_it_reads_is_in_range_and_reads_back()
    {
        const int Cases = 200_000;
        var random = new Random(20260925);
        string[] parts =
        [
            "500", "150_000", "0", "-1", "1e30", "NaN", "9999999999999999999999", "/", "/", " ", " ", " ", "minute", "2s", "12 hours", "ms", "31d", "tokens", "concurrent",
            "sliding", "token-bucket", "fixed", "burst", "per", "tenant", "name", "first-use", "announced", "UTC", "Europe/Berlin", "\0", "\uD800", "∞", "00:01:00", "::", "\u2028",
        ];
        string[] starts = ["", "500/", "500/minute ", "20 units/2 days fixed ", "5 concurrent "];
        var read = 0;
        for (var i = 0; i < Cases; i++)
        {
            var text = starts[random.Next(starts.Length)] + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(20) == 0 ? ((char)random.Next(char.MaxValue)).ToString() : parts[random.Next(parts.Length)]));
            if (!LimitOptions.TryParse(text, out var limit, out var fault))
            {
                fault.ShouldNotBeNullOrWhiteSpace();
                continue;
            }

            read++;
            limit.Quota.ShouldBeInRange(1, 1_000_000_000_000, text);
            LimitOptions.Parse(limit.ToString()).ToString().ShouldBe(limit.ToString(), text);
        }

        read.ShouldBeGreaterThan(Cases / 100);
    }
}
