using System.Net;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>Reading what a response says, beside going over its headers, which is the least that any reader does; and what its body says of usage.</summary>
internal static class SignalRatios
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 13, 14, 46, TimeSpan.Zero);

    /// <summary>A successful response of OpenAI's as it comes: 23 headers, six of them of limits.</summary>
    private static readonly (string Name, string Value)[] OpenAI =
    [
        ("Date", "Tue, 31 Mar 2026 13:14:46 GMT"), ("Transfer-Encoding", "chunked"), ("Connection", "keep-alive"), ("access-control-expose-headers", "X-Request-ID"), ("openai-organization", "acme"),
        ("openai-processing-ms", "300"), ("openai-project", "proj_x"), ("openai-version", "2020-10-01"), ("x-envoy-upstream-service-time", "320"),
        ("x-ratelimit-limit-requests", "10000"), ("x-ratelimit-limit-tokens", "50000000"), ("x-ratelimit-remaining-requests", "9999"), ("x-ratelimit-remaining-tokens", "49999989"),
        ("x-ratelimit-reset-requests", "6ms"), ("x-ratelimit-reset-tokens", "0s"), ("x-request-id", "req_123"), ("cf-cache-status", "DYNAMIC"), ("Set-Cookie", "a=b"),
        ("Strict-Transport-Security", "max-age=31536000"), ("X-Content-Type-Options", "nosniff"), ("Server", "cloudflare"), ("CF-RAY", "8b"), ("alt-svc", "h3=\":443\""),
    ];

    public static IEnumerable<Figure> All =>
    [
        new("signals-openai", Target.Within(300, 0), static name => Read(name, KnownDialects.Find("openai"))),
        new("signals-openai-unknown", Target.None, static name => Read(name, dialect: null)),
        .. UsageRatios.All,
    ];

    private static Ratio Read(string name, HeaderDialect? dialect)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        foreach (var (header, value) in OpenAI)
        {
            response.Headers.TryAddWithoutValidation(header, value);
        }

        var reader = new SignalReader(dialect, TimeSpan.FromHours(1));
        return Duel.Run(name, count => Signals(reader, response, count), count => Headers(response, count));
    }

    private static void Signals(SignalReader reader, HttpResponseMessage response, int count)
    {
        for (var i = 0; i < count; i++)
        {
            reader.Read(response, default, Now, out _);
        }
    }

    private static int Headers(HttpResponseMessage response, int count)
    {
        var headers = 0;
        for (var i = 0; i < count; i++)
        {
            foreach (var header in response.Headers.NonValidated)
            {
                headers += header.Value.Count;
            }
        }

        return headers;
    }
}
