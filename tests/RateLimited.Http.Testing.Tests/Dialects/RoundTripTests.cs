using RateLimited.Http.Signals;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Providers;
using RateLimited.Http.Tests.Signals;

namespace RateLimited.Http.Testing.Tests.Dialects;

/// <summary>What an upstream says is what the library hears: for every provider, the same figures, and of refusals for how long.</summary>
public sealed class RoundTripTests
{
    /// <summary>Dialects that the library calls by another name.</summary>
    private static readonly Dictionary<string, string?> DialectOf = new(StringComparer.Ordinal)
    {
        ["gemini"] = "google",
        ["youtube"] = "google",
        ["xai"] = null,
        ["ietf-07"] = "ietf",
        ["ietf-06"] = "ietf",
        ["ietf-03"] = "ietf",
    };

    /// <summary>
    /// What each tells of every limit that it speaks of: <c>l</c>imit, what <c>r</c>emains, <c>u</c>sed, the <c>w</c>indow, and the reset, early and late by so many seconds at most. What is
    /// not here tells nothing on a success.
    /// </summary>
    private static readonly Dictionary<string, (string Fields, double Early, double Late)> Told = new(StringComparer.Ordinal)
    {
        ["openai"] = ("lrt", 0.001, 0),
        ["groq"] = ("lrt", 0.001, 0),
        ["cerebras"] = ("lrt", 0.001, 0),
        ["azure-openai"] = ("lrwt", 60, 0.001),
        ["anthropic"] = ("lrt", 1, 1),
        ["mistral"] = ("lrw", 0, 0),
        ["cohere"] = ("lw", 0, 0),
        ["together"] = ("lrt", 0, 1),
        ["replicate"] = ("rt", 0, 1),
        ["huggingface"] = ("lrwt", 0, 1),
        ["github"] = ("lrut", 0, 2),
        ["github-graphql"] = ("lrut", 0, 2),
        ["reddit"] = ("lrut", 0, 1),
        ["x"] = ("lrt", 0, 2),
        ["discord"] = ("lrt", 0, 0.002),
        ["shopify"] = ("lru", 0, 0),
        ["shopify-graphql"] = ("lr", 0, 0),
        ["hubspot"] = ("lrw", 0, 0),
        ["jira"] = ("lrt", 0, 61),
        ["confluence"] = ("lr", 0, 0),
        ["gitlab"] = ("lrut", 0, 2),
        ["okta"] = ("lrt", 0, 2),
        ["sharepoint"] = ("lrt", 0, 1),
        ["salesforce"] = ("lruw", 0, 0),
        ["twitch"] = ("lrt", 0, 2),
        ["docker-hub"] = ("lrw", 0, 0),
        ["kong"] = ("lrt", 0, 1),
        ["envoy"] = ("lrwt", 0, 1),
        ["lemlist"] = ("lrt", 0, 2),
        ["prisjakt"] = ("lrt", 0, 0.001),
        ["akamai"] = ("lr", 0, 0),
        ["ietf"] = ("lrwt", 0, 1),
        ["ietf-07"] = ("lrwt", 0, 1),
        ["ietf-06"] = ("lrwt", 0, 1),
        ["ietf-03"] = ("lrt", 0, 1),
        ["x-ratelimit"] = ("lrt", 0, 1),
        ["x-rate-limit"] = ("lrt", 0, 2),
    };

    /// <summary>Refusals that do not say for how long, and what is known then.</summary>
    private static readonly string[] SayNoWait = ["aws", "cohere", "deepseek", "hubspot", "mistral", "stripe", "tiktok", "youtube", "salesforce", "docker-hub"];

    /// <summary>Refusals that ask to wait for longer than it takes: dates to the minute.</summary>
    private static readonly string[] AskForMore = ["jira"];

    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 31, 13, 12, 32, 250, TimeSpan.Zero));

    public static TheoryData<string> Providers => [.. KnownProviders.All.Select(provider => provider.Name)];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_success_is_heard_as_it_was_meant(string provider)
    {
        var upstream = Upstream.Preset(provider).Time(_time).Build();
        using var client = new HttpMessageInvoker(upstream.CreateHandler());
        using var first = await SendAsync(client, provider);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        using var response = await SendAsync(client, provider);

        var heard = await HearAsync(provider, response);

        heard.Signal.Verdict.IsRefusal.ShouldBeFalse();
        Told.TryGetValue(provider, out var told);
        var stated = upstream.Read(ProviderRequests.Arrived(provider));
        var spoken = 0;
        foreach (var hint in heard.Signal.Limits.Span.ToArray().Where(hint => !hint.IsPolicy))
        {
            if (LimitOf(hint, stated) is { } limit)
            {
                Compare(provider, hint, limit, told.Early, told.Late);
                FieldsOf(hint).ShouldBe(Expected(provider, hint.Name.ToString(), told.Fields), $"{provider}, {limit.Limit.Name}");
                spoken++;
            }
            else
            {
                // Anthropic's put two together.
                hint.Name.ToString().ShouldBe("tokens");
                hint.Limit.ShouldBe(stated.Skip(1).Sum(one => one.Reading.Quota));
            }
        }

        (spoken > 0).ShouldBe(told.Fields is not null, provider);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_refusal_is_heard_as_one_and_who_waits_as_long_as_it_says_is_admitted(string provider)
    {
        var tier = KnownProviders.Find(provider).Tiers[0];
        var (unit, quota) = ProviderRequests.Narrowest(provider, tier.Limits);
        var heard = await ExhaustAsync(provider, unit, quota, _time, out var client);

        heard.Signal.Verdict.IsRefusal.ShouldBeTrue(provider);
        (heard.Signal.Verdict.Wait is null).ShouldBe(SayNoWait.Contains(provider), provider);
        if (heard.Signal.Verdict.Wait is not { } wait)
        {
            return;
        }

        wait.ShouldBeGreaterThan(TimeSpan.Zero);
        _time.Advance(wait);
        using var admitted = await SendAsync(client, provider);
        (await HearAsync(provider, admitted)).Signal.Verdict.IsRefusal.ShouldBeFalse($"{provider} after {wait}");

        var early = wait - TimeSpan.FromSeconds(AskForMore.Contains(provider) ? 61 : 2);
        if (early > TimeSpan.Zero)
        {
            var time = new ManualTimeProvider(new DateTimeOffset(2026, 3, 31, 13, 12, 32, 250, TimeSpan.Zero));
            await ExhaustAsync(provider, unit, quota, time, out var other);
            time.Advance(early);
            using var refused = await SendAsync(other, provider);
            (await HearAsync(provider, refused)).Signal.Verdict.IsRefusal.ShouldBeTrue($"{provider} after {early} of {wait}");
        }
    }

    [Fact]
    public void Every_dialect_and_every_preset_of_the_library_has_its_upstream()
    {
        var dialects = KnownProviders.All.Select(provider => DialectOf.GetValueOrDefault(provider.Name, provider.Name)).OfType<string>().Distinct();
        dialects.ShouldBe(KnownDialects.All.Select(dialect => dialect.Name), ignoreOrder: true);

        foreach (var preset in Configuration.Presets.KnownPresets.All)
        {
            var provider = KnownProviders.Find(preset.Name);
            provider.Aliases.ShouldBeSubsetOf([.. preset.Aliases, "google"]);
            provider.Tiers.Select(tier => tier.Name).Where(name => name.Length > 0).ShouldBe(preset.TierNames, ignoreOrder: true, preset.Name);
        }
    }

    private static Task<Reading> ExhaustAsync(string provider, string unit, long quota, ManualTimeProvider time, out HttpMessageInvoker client)
    {
        var upstream = Upstream.Preset(provider).Time(time).Cost(unit, request => long.Parse(request.Header("x-cost")!, System.Globalization.CultureInfo.InvariantCulture)).Build();
        client = new HttpMessageInvoker(upstream.CreateHandler());
        return RefusedAsync(client);

        async Task<Reading> RefusedAsync(HttpMessageInvoker invoker)
        {
            // DeepSeek counts what is under way.
            var isHeld = provider == "deepseek";
            using var first = await SendAsync(invoker, provider, isHeld ? 1 : quota);
            using var refused = await SendAsync(invoker, provider, isHeld ? quota + 1 : 1);
            return await HearAsync(provider, refused);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpMessageInvoker client, string provider, long cost = 1) =>
        client.SendAsync(ProviderRequests.Of(provider, cost), TestContext.Current.CancellationToken);

    private static async Task<Reading> HearAsync(string provider, HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated.SelectMany(header => header.Value.Select(value => (header.Key, value))).ToArray();
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (response.Content.Headers.ContentType!.MediaType!.EndsWith("json", StringComparison.Ordinal))
        {
            System.Text.Json.JsonDocument.Parse(body).Dispose();
        }

        var date = response.Headers.NonValidated["date"].ToString().Replace("UTC", "GMT", StringComparison.Ordinal);
        var now = DateTimeOffset.Parse(date, System.Globalization.CultureInfo.InvariantCulture);
        return Reading.Of(DialectOf.GetValueOrDefault(provider, provider), (int)response.StatusCode, body, now, TimeSpan.FromDays(40), headers);
    }

    private static StatedLimit? LimitOf(LimitHint hint, IReadOnlyList<StatedLimit> stated)
    {
        var name = hint.Name.ToString();
        return stated.FirstOrDefault(one => one.Limit.Name == name)
            ?? (name == "requests" ? stated.MinBy(one => (double)one.Reading.Remaining / one.Reading.Quota) : null);
    }

    private static void Compare(string provider, LimitHint hint, StatedLimit stated, double early, double late)
    {
        var reading = stated.Reading;
        if (hint is { Limit: { } limit, LimitIsDerived: false })
        {
            limit.ShouldBe(reading.Quota, provider);
        }

        if (hint.Remaining is { } remaining)
        {
            remaining.ShouldBeInRange(reading.Remaining - (provider == "anthropic" ? 500 : 0), reading.Remaining + (provider == "anthropic" ? 500 : 0), provider);
        }

        if (hint.Window is { } window)
        {
            window.ShouldBe(reading.Window, provider);
        }

        if (hint.ResetAfter is { } reset)
        {
            (reset - reading.ResetAfter).TotalSeconds.ShouldBeInRange(-early - 1e-6, late + 1e-6, provider);
        }
    }

    private static string FieldsOf(LimitHint hint) =>
        (hint.Limit is null ? "" : "l") + (hint.Remaining is null ? "" : "r") + (hint.Used is null ? "" : "u") + (hint.Window is null ? "" : "w") + (hint.ResetAfter is null ? "" : "t");

    /// <summary>Drafts announce all limits and speak of one; Kong says the reset of the closest alone.</summary>
    private static string? Expected(string provider, string hint, string? fields) => (provider, hint) switch
    {
        ("ietf", "hourly") => "lw",
        ("kong", "second") => "lrw",
        ("kong", "hour") => "lrw",
        ("hubspot", "daily") => "lrw",
        _ => fields,
    };
}
