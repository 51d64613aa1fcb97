using System.Globalization;
using System.Text.Json;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using RateLimited.Http.Testing.Providers;

namespace RateLimited.Http.Testing.Tests.Dialects;

/// <summary>Given the figures of a recorded response, a provider's writer writes that response: each header by its name, and the same text.</summary>
public sealed class RecordingTests
{
    private static readonly DateTimeOffset Undated = new(2026, 3, 31, 13, 12, 32, TimeSpan.Zero);

    private static readonly Dictionary<string, string> ProviderOf = new(StringComparer.Ordinal)
    {
        ["app.net"] = "x-ratelimit",
        ["confluence-dc"] = "confluence",
        ["huggingface-router"] = "huggingface",
        ["ietf-draft-03"] = "ietf-03",
        ["ietf-draft-05/06"] = "ietf-06",
        ["ietf-draft-07"] = "ietf-07",
        ["ietf-draft-08+"] = "ietf",
        ["x-twitter"] = "x",
    };

    /// <summary>Header lines that are of the same form and not the same text, each for a reason of the recording's.</summary>
    private static readonly Dictionary<string, string> NotToTheLetter = new(StringComparer.Ordinal)
    {
        ["groq x-ratelimit-reset-requests"] = "a nanosecond short of 17.4 s: a rounding error of its own",
        ["lemlist x-ratelimit-reset"] = "in Central European time",
        ["reddit x-ratelimit-remaining"] = "in 2021 without the fraction",
        ["x-twitter date"] = "in 2019 and 2013 as everybody's",
        ["ietf-draft-08+ ratelimit"] = "an example that names its only policy by a token, or without a reset, or with a partition key",
        ["ietf-draft-08+ ratelimit-policy"] = "an example with parameters of its own",
        ["ietf-draft-07 ratelimit-policy"] = "an example whose policies are not the limit that it speaks of",
        ["discord x-ratelimit-bucket"] = "a made-up name",
        ["discord x-ratelimit-scope"] = "a limit that several bots share, which no upstream here has",
        ["discord retry-after"] = "of a limit that several bots share",
        ["kong ratelimit-reset"] = "of no limit that the example names",
    };

    private static readonly JsonElement[] Examples =
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Dialects", "header_examples.json"))).RootElement.EnumerateArray()];

    public static TheoryData<int, string> Recordings => [.. Examples.Select(static (example, i) => new TheoryDataRow<int, string>(i, example.GetProperty("provider").GetString()!))];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Given_its_figures_a_recorded_response_is_written_again(int recording, string name)
    {
        var example = Examples[recording];
        var provider = KnownProviders.Find(ProviderOf.GetValueOrDefault(name, name));
        var recorded = HeadersOf(example);
        var written = HeaderWriter.Write(provider.Headers, SayingOf(example, provider, recorded)).ToLookup(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase);

        foreach (var (header, value) in recorded)
        {
            if (header is "content-type")
            {
                continue;
            }

            written.Contains(header).ShouldBeTrue($"{name} writes no {header}: {value}");
            var isDrawn = header == "retry-after" && example.GetProperty("status").GetInt32() < 400 && name != "confluence-dc";
            if (!isDrawn && !NotToTheLetter.ContainsKey($"{name} {header}"))
            {
                written[header].ShouldContain(value, $"{name}, {header}");
            }
        }
    }

    private static Saying SayingOf(JsonElement example, Provider provider, (string Name, string Value)[] recorded)
    {
        var expected = example.GetProperty("expected");
        var wall = WallOf(expected, recorded);
        var status = example.GetProperty("status").GetInt32();
        var stated = expected.EnumerateObject().Where(static one => one.Name != "query_cost").Select(one => Stated(provider.Name, one, wall)).ToArray();
        var wait = example.GetProperty("retry_after_seconds") is { ValueKind: JsonValueKind.Number } seconds ? TimeSpan.FromSeconds(seconds.GetDouble()) : (TimeSpan?)null;
        var isOdd = example.TryGetProperty("retry_after_applies", out var applies) && !applies.GetBoolean() && provider.Name != "confluence";
        var isSentinel = expected.EnumerateObject().Any(static one => one.Value.ValueKind == JsonValueKind.Null);
        var hidden = new UpstreamLimit("secondary", static () => new ConcurrencyModel(1)) { IsHidden = true };
        return new Saying
        {
            Status = status,
            Wall = wall,
            Limits = stated,
            Refusal = status is 429 or 403 ? new UpstreamRefusal(stated.Length > 0 ? stated[0].Limit : hidden, wait ?? TimeSpan.Zero) : null,
            Wait = status >= 400 ? wait : null,
            Costs = expected.TryGetProperty("query_cost", out var cost) ? [new UnitCost("tokens", cost.GetInt64())] : [],
            Oddities = provider.Oddities | (isOdd ? Oddities.RetryAfterOnSuccess : Oddities.None) | (isSentinel ? Oddities.Sentinels : Oddities.None),
        };
    }

    /// <summary>The response's date. Without one: what an epoch and the seconds to it say together, or any.</summary>
    private static DateTimeOffset WallOf(JsonElement expected, (string Name, string Value)[] recorded)
    {
        if (recorded.FirstOrDefault(static header => header.Name == "date").Value is { } date)
        {
            return DateTimeOffset.Parse(date.Replace("UTC", "GMT", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }

        foreach (var limit in expected.EnumerateObject().Where(static one => one.Value.ValueKind == JsonValueKind.Object))
        {
            if (Seconds(limit.Value, "reset_epoch") is { } epoch && Seconds(limit.Value, "reset_seconds") is { } reset)
            {
                return DateTimeOffset.UnixEpoch + epoch - reset;
            }
        }

        return Undated;
    }

    private static StatedLimit Stated(string provider, JsonProperty expected, DateTimeOffset wall)
    {
        var said = expected.Value;
        var remaining = Count(said, "remaining");
        var quota = Count(said, "limit") ?? Count(said, "limit_derived") ?? Math.Max(1, (remaining ?? 0) + (Count(said, "used") ?? 0));
        var reset = Seconds(said, "reset_seconds")
            ?? (Seconds(said, "reset_epoch") is { } epoch ? (DateTimeOffset?)DateTimeOffset.UnixEpoch + epoch - wall : null)
            ?? (said.ValueKind == JsonValueKind.Object && said.TryGetProperty("reset_at", out var instant) ? DateTimeOffset.Parse(instant.GetString()!, CultureInfo.InvariantCulture) - wall : TimeSpan.Zero);
        var window = Seconds(said, "window_seconds") ?? Seconds(said, "refill_interval_seconds") ?? TimeSpan.FromMinutes(1);
        var name = (provider, expected.Name) switch
        {
            // Its names have the windows in them, which the examples have not.
            ("mistral", "requests") => "req-10-second",
            ("mistral", "tokens") => "tokens-minute",
            _ => expected.Name,
        };
        var limit = new UpstreamLimit(name, static () => new ConcurrencyModel(1)) { Unit = expected.Name };
        return new StatedLimit(limit, new LimitReading(quota, remaining ?? quota - (Count(said, "used") ?? 0), window, Count(said, "refill_amount") ?? quota, reset));
    }

    private static long? Count(JsonElement said, string field) => said.ValueKind == JsonValueKind.Object && said.TryGetProperty(field, out var value) ? value.GetInt64() : null;

    private static TimeSpan? Seconds(JsonElement said, string field) =>
        said.ValueKind == JsonValueKind.Object && said.TryGetProperty(field, out var value) ? TimeSpan.FromSeconds(value.GetDouble()) : null;

    private static (string Name, string Value)[] HeadersOf(JsonElement example) =>
    [
        .. example.GetProperty("headers").EnumerateObject().SelectMany(static header => header.Value.ValueKind == JsonValueKind.Array
            ? header.Value.EnumerateArray().Select(value => (header.Name, value.GetString()!))
            : [(header.Name, header.Value.GetString()!)]),
    ];
}
