using System.Globalization;
using System.Text;
using System.Text.Json;
using RateLimited.Http.Signals;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Signals;

/// <summary>Recorded traffic and the examples of documentation, every field that is expected of them: with the provider's dialect, and recognised from the names alone.</summary>
public sealed class HeaderExamplesTests
{
    /// <summary>Its unit stands in its documentation and nowhere in its headers.</summary>
    private static readonly string[] NotRecognisable = ["prisjakt"];

    private static readonly Dictionary<string, string> DialectOf = new(StringComparer.Ordinal)
    {
        ["app.net"] = "x-ratelimit",
        ["confluence-dc"] = "confluence",
        ["gemini"] = "google",
        ["huggingface-router"] = "huggingface",
        ["huggingface-hub"] = "huggingface",
        ["x-twitter"] = "x",
    };

    private static readonly JsonElement[] Examples =
        [.. JsonDocument.Parse(File.ReadAllText(Repository.PathOf("tests/RateLimited.Http.Tests/Signals/header_examples.json"))).RootElement.EnumerateArray()];

    public static TheoryData<int, string> Named =>
        [.. Examples.Select(static (example, i) => new TheoryDataRow<int, string>(i, example.GetProperty("provider").GetString()!))];

    public static TheoryData<int, string> Recognisable =>
        [.. Examples.Select(static (example, i) => (Provider: example.GetProperty("provider").GetString()!, Place: i))
            .Where(static e => !NotRecognisable.Contains(e.Provider)).Select(static e => new TheoryDataRow<int, string>(e.Place, e.Provider))];

    [Fact]
    public void There_are_seventy() => Examples.Length.ShouldBe(70);

    [Theory]
    [MemberData(nameof(Named))]
    public void Read_by_the_providers_dialect(int example, string provider) =>
        Check(Examples[example], provider.StartsWith("ietf", StringComparison.Ordinal) ? "ietf" : DialectOf.GetValueOrDefault(provider, provider));

    [Theory]
    [MemberData(nameof(Recognisable))]
    public void Read_by_what_the_names_tell(int example, string provider)
    {
        provider.ShouldNotBeEmpty();
        Check(Examples[example], dialect: null);
    }

    private static void Check(JsonElement example, string? dialect)
    {
        var headers = example.GetProperty("headers").EnumerateObject().SelectMany(static header => header.Value.ValueKind == JsonValueKind.Array
            ? header.Value.EnumerateArray().Select(value => (header.Name, value.GetString()!))
            : [(header.Name, header.Value.GetString()!)]).ToArray();
        var body = example.TryGetProperty("body_excerpt", out var excerpt) ? excerpt.GetString() : null;
        var reading = Reading.Of(dialect, example.GetProperty("status").GetInt32(), body, Instant(headers), Reading.MaxHint, headers);

        CheckRetryAfter(example, reading.Signal);
        foreach (var expected in example.GetProperty("expected").EnumerateObject())
        {
            if (expected.Name == "query_cost")
            {
                reading.Signal.Cost.ShouldBe(expected.Value.GetInt64());
            }
            else if (expected.Value.ValueKind == JsonValueKind.Null)
            {
                reading.Limit(expected.Name).ShouldBeNull();
            }
            else
            {
                CheckLimit(expected, reading, dialect);
            }
        }
    }

    private static void CheckRetryAfter(JsonElement example, UpstreamSignal signal)
    {
        var seconds = example.GetProperty("retry_after_seconds");
        signal.RetryAfter.ShouldBe(seconds.ValueKind == JsonValueKind.Null ? null : TimeSpan.FromSeconds(seconds.GetDouble()));
        if (example.TryGetProperty("retry_after_applies", out var applies))
        {
            signal.Verdict.RetryAfterApplies.ShouldBe(applies.GetBoolean());
        }
    }

    private static void CheckLimit(JsonProperty expected, Reading reading, string? dialect)
    {
        TimeSpan? window = expected.Value.TryGetProperty("window_seconds", out var said) ? TimeSpan.FromSeconds(said.GetDouble()) : null;
        // In 2013 GitHub had no header for the resource, and only its dialect knows what the others spoke of.
        var hint = reading.Limit(expected.Name, window) ?? (dialect is null && expected.Name == "core" ? reading.Limit("requests") : null);
        hint.ShouldNotBeNull($"no limit {expected.Name}");
        foreach (var field in expected.Value.EnumerateObject())
        {
            CheckField(field, hint.Value, reading.Signal);
        }

        if (!expected.Value.TryGetProperty("limit_derived", out _))
        {
            hint.Value.LimitIsDerived.ShouldBeFalse();
        }
    }

    private static void CheckField(JsonProperty field, LimitHint hint, UpstreamSignal signal)
    {
        switch (field.Name)
        {
            case "limit" or "limit_derived":
                hint.Limit.ShouldBe(field.Value.GetInt64());
                break;
            case "remaining":
                hint.Remaining.ShouldBe(field.Value.GetInt64());
                break;
            case "used":
                hint.Used.ShouldBe(field.Value.GetInt64());
                break;
            case "window_seconds":
                hint.Window.ShouldBe(TimeSpan.FromSeconds(field.Value.GetDouble()));
                break;
            case "reset_seconds":
                hint.ResetAfter.ShouldNotBeNull().TotalSeconds.ShouldBe(field.Value.GetDouble(), tolerance: 1e-6);
                break;
            case "reset_epoch":
                ((hint.ResetAt.ShouldNotBeNull() - DateTimeOffset.UnixEpoch).TotalSeconds).ShouldBe(field.Value.GetDouble(), tolerance: 1e-6);
                break;
            case "reset_at":
                hint.ResetAt.ShouldBe(DateTimeOffset.Parse(field.Value.GetString()!, CultureInfo.InvariantCulture));
                break;
            case "refill_amount":
                hint.Refill.ShouldBe(field.Value.GetInt64());
                break;
            case "refill_interval_seconds":
                hint.RefillInterval.ShouldBe(TimeSpan.FromSeconds(field.Value.GetDouble()));
                break;
            case "bucket":
                signal.Bucket.ToString().ShouldBe(field.Value.GetString());
                break;
            case "scope":
                signal.Scope.ToString().ShouldBe(field.Value.GetString());
                break;
            case "partition_key":
                Encoding.UTF8.GetString(Convert.FromBase64String(hint.PartitionKey.ToString())).ShouldBe(field.Value.GetString());
                break;
            default:
                throw new InvalidOperationException($"The examples expect a field {field.Name} that nobody checks.");
        }
    }

    private static DateTimeOffset Instant((string Name, string Value)[] headers)
    {
        var date = headers.FirstOrDefault(static header => header.Name == "date").Value;
        return date is null ? Reading.Now : DateTimeOffset.Parse(date.Replace("UTC", "GMT", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
