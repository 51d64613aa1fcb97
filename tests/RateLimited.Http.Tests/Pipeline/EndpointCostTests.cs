using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>What a request costs by its endpoint.</summary>
public sealed class EndpointCostTests
{
    private static readonly EndpointRouter Router = EndpointRouter.WithCosts(
    [
        ("* /*", [new("all", 1), new("points", 2)]),
        ("GET /*", [new("points", 1)]),
        ("POST /*", [new("points", 5)]),
        ("GET /a/*", [new("a", 1)]),
        ("GET /a/{x}/c", [new("points", 7)]),
        ("GET /a/b", []),
        ("GET /a/{x}", [new("x", 1)]),
        ("GET /b", []),
        ("batch", [new("points", 9)]),
        ("quiet", []),
    ]);

    [Theory]
    [InlineData("GET", "/z", "GET /*", "points 1, all 1")]
    [InlineData("PUT", "/z", "* /*", "all 1, points 2")]
    [InlineData("POST", "/a/b", "POST /*", "points 5, all 1")]
    [InlineData("GET", "/a", "GET /a/*", "a 1, points 1, all 1")]
    [InlineData("GET", "/a/b", "GET /a/b", "x 1, a 1, points 1, all 1")]
    [InlineData("GET", "/a/q", "GET /a/{x}", "x 1, a 1, points 1, all 1")]
    [InlineData("GET", "/a/b/c", "GET /a/{x}/c", "points 7, a 1, all 1")]
    [InlineData("GET", "/b", "GET /b", "points 1, all 1")]
    public void The_most_specific_template_that_names_a_unit_counts(string method, string path, string endpoint, string costs)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"https://host{path}");

        var asked = RequestReading.Read(request, said: null, Router);

        asked.Endpoint.ShouldBe(endpoint);
        asked.Costs!.Select(static cost => $"{cost.Unit} {cost.Amount}").ShouldBe(costs.Split(", "));
    }

    [Fact]
    public void What_the_request_says_wins_unit_by_unit()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://host/z").WithCost("points", 3).WithCost("tokens", 10);

        RequestReading.Read(request, request.RateLimiting(), Router).Costs!.OrderBy(static cost => cost.Unit, StringComparer.Ordinal)
            .ShouldBe([new("all", 1), new("points", 3), new("tokens", 10)]);
    }

    [Fact]
    public void A_named_endpoint_has_its_own_costs_alone()
    {
        using var batch = new HttpRequestMessage(HttpMethod.Post, "https://host/z").WithEndpoint("batch");
        using var quiet = new HttpRequestMessage(HttpMethod.Post, "https://host/z").WithEndpoint("quiet");
        using var unknown = new HttpRequestMessage(HttpMethod.Post, "https://host/z").WithEndpoint("unknown").WithCost("tokens", 1);

        RequestReading.Read(batch, batch.RateLimiting(), Router).Costs.ShouldBe([new UnitCost("points", 9)]);
        RequestReading.Read(quiet, quiet.RateLimiting(), Router).Costs.ShouldBeNull();
        RequestReading.Read(unknown, unknown.RateLimiting(), Router).Costs.ShouldBe([new UnitCost("tokens", 1)]);
    }

    [Fact]
    public void Reading_a_request_that_says_nothing_allocates_nothing_for_its_costs()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://host/a/b/c");

        RequestReading.Read(request, said: null, Router).Costs.ShouldBeSameAs(RequestReading.Read(request, said: null, Router).Costs);
    }

    [Fact]
    public void Without_costs_nothing_is_said()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://host/a");

        RequestReading.Read(request, said: null, new EndpointRouter(["GET /a"])).Costs.ShouldBeNull();
    }

    [Fact]
    public void A_template_covers_another_exactly_when_it_matches_all_that_the_other_matches()
    {
        string[] segments = ["a", "b", "{x}"];
        string[] heads = [string.Empty, .. segments.Select(static one => $"/{one}"), .. segments.SelectMany(one => segments.Select(two => $"/{one}/{two}"))];
        string[] texts = [.. new[] { "GET", "post", "*" }.SelectMany(method => heads.SelectMany(head => new[] { $"{method} {(head.Length == 0 ? "/" : head)}", $"{method} {head}/*" }))];
        string[] letters = ["a", "b", "c"];
        string[] paths =
        [
            "/", .. letters.Select(static one => $"/{one}"), .. letters.SelectMany(one => letters.Select(two => $"/{one}/{two}")),
            .. letters.SelectMany(one => letters.SelectMany(two => letters.Select(three => $"/{one}/{two}/{three}"))),
        ];
        var templates = Array.ConvertAll(texts, static text => EndpointTemplate.TryParse(text, out var template, out _) ? template! : throw new InvalidOperationException(text));
        var matched = Array.ConvertAll(templates, template => new[] { "GET", "POST", "PUT" }.SelectMany(method => paths.Select(path => template.Matches(method, path))).ToArray());

        for (var one = 0; one < templates.Length; one++)
        {
            for (var other = 0; other < templates.Length; other++)
            {
                var all = matched[one].Zip(matched[other]).All(static pair => pair.First || !pair.Second);
                templates[one].Covers(templates[other]).ShouldBe(all, $"{texts[one]} over {texts[other]}");
            }
        }
    }
}
