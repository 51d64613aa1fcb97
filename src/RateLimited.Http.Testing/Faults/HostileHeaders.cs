namespace RateLimited.Http.Testing.Faults;

/// <summary>What was found, or thought of, that a parser may choke on. All of it goes over a real connection: no line breaks, nothing beyond Latin-1.</summary>
internal static class HostileHeaders
{
    private static readonly string[] Numbers =
    [
        "2147483648", "9223372036854775808", "99999999999999999999999999999999", "-1", "-99999999999999999999", "+5", "1e3", "0x10", "1.5", "NaN", "Infinity", "", " ", "³", "0", "00000000000000000000001",
        "1,2,3", "120, 240", "5;w=0", "5;w=-1", "5;w=99999999999999999999", "true", "null", "\"", "\"\"", ";", ",", "=", "31 Dec 9999", "Fri, 31 Dec 9999 23:59:59 GMT", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z", "2026-02-30T25:61:61Z", "1h1h1h", "9999999999h", "-5s", "1m1", "ms",
    ];

    private static readonly string[] Names =
    [
        "retry-after", "retry-after-ms", "x-ms-retry-after-ms", "ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-limit",
        "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "x-rate-limit-reset",
        "anthropic-ratelimit-requests-reset", "x-ratelimit-limit-999999999-second", "x-shopify-shop-api-call-limit", "sforce-limit-info",
    ];

    /// <summary>A few headers; a name may come several times.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Draw(Random random)
    {
        for (var left = random.Next(1, 6); left > 0; left--)
        {
            var value = Numbers[random.Next(Numbers.Length)];
            yield return new(Names[random.Next(Names.Length)], random.Next(20) == 0 ? string.Join(random.Next(2) == 0 ? "," : ";", Enumerable.Repeat(value, 200)) : value);
        }
    }
}
