using RateLimited.Http.Pipeline;
using RateLimited.Http.Tests.Measuring;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class EndpointRouterTests
{
    private static readonly string[] Templates =
    [
        "* /*",
        "GET /repos/{owner}/{repo}/*",
        "GET /repos/{owner}/{repo}",
        "* /repos/{owner}/{repo}",
        "GET /repos/own/{repo}",
        "POST /repos/{owner}/special",
        "GET /a/{x}/c",
        "GET /a/b/*",
        "PATCH /caf%C3%A9/a%2Fb",
        "GET /",
        "search",
        "bulk upload",
    ];

    [Theory]
    [InlineData("GET", "https://host/", "GET /")]
    [InlineData("GET", "https://host", "GET /")]
    [InlineData("POST", "https://host/", "* /*")]
    [InlineData("GET", "https://host/repos/o/r", "GET /repos/{owner}/{repo}")]
    [InlineData("GET", "https://host/repos/o/r/", "GET /repos/{owner}/{repo}")]
    [InlineData("GET", "https://host/repos/o/r?per_page=/x/y", "GET /repos/{owner}/{repo}")]
    [InlineData("GET", "https://host/repos/o/r#part", "GET /repos/{owner}/{repo}")]
    [InlineData("get", "https://host/repos/o/r", "GET /repos/{owner}/{repo}")]
    [InlineData("DELETE", "https://host/repos/o/r", "* /repos/{owner}/{repo}")]
    [InlineData("GET", "https://host/repos/o/r/issues", "GET /repos/{owner}/{repo}/*")]
    [InlineData("GET", "https://host/repos/o/r/issues/1/comments", "GET /repos/{owner}/{repo}/*")]
    [InlineData("GET", "https://host/repos/own/r", "GET /repos/own/{repo}")]
    [InlineData("GET", "https://host/repos/o%2Fr/x", "GET /repos/{owner}/{repo}")]
    [InlineData("GET", "https://host/repos/o%2Fr", "* /*")]
    [InlineData("GET", "https://host/repos//r", "* /*")]
    [InlineData("GET", "https://host/Repos/o/r", "* /*")]
    [InlineData("POST", "https://host/repos/o/special", "POST /repos/{owner}/special")]
    [InlineData("GET", "https://host/a/b/c", "GET /a/b/*")]
    [InlineData("GET", "https://host/a/b", "GET /a/b/*")]
    [InlineData("GET", "https://host/a/z/c", "GET /a/{x}/c")]
    [InlineData("GET", "https://host/x/../a/./z/c", "GET /a/{x}/c")]
    [InlineData("GET", "https://host/%61/z/c", "GET /a/{x}/c")]
    [InlineData("PATCH", "https://host/café/a%2fb", "PATCH /caf%C3%A9/a%2Fb")]
    [InlineData("PATCH", "https://host/caf%c3%a9/a%2Fb", "PATCH /caf%C3%A9/a%2Fb")]
    [InlineData("PATCH", "https://host/café/a/b", "* /*")]
    [InlineData("GET", "https://host/search", "* /*")]
    public void The_most_specific_template_matches(string method, string uri, string expected)
    {
        new EndpointRouter(Templates).Match(new HttpMethod(method), new Uri(uri)).ShouldBe(expected);
        new EndpointRouter([.. Templates.Reverse()]).Match(new HttpMethod(method), new Uri(uri)).ShouldBe(expected, "the order of the templates does not matter");
    }

    [Theory]
    [InlineData("GET", "https://host/a/b/c")]
    [InlineData("POST", "https://host/a")]
    [InlineData("GET", "https://host/a%")]
    [InlineData("GET", "https://host/%")]
    [InlineData("GET", "https://host/%6")]
    public void What_no_template_describes_has_no_endpoint(string method, string uri) =>
        new EndpointRouter(["GET /a", "GET /a/b", "name"]).Match(new HttpMethod(method), new Uri(uri)).ShouldBeNull();

    [Fact]
    public void A_relative_address_has_no_endpoint() => new EndpointRouter(["* /*"]).Match(HttpMethod.Get, new Uri("/a", UriKind.Relative)).ShouldBeNull();

    [Theory]
    [InlineData("", "needs a template")]
    [InlineData("  ", "needs a template")]
    [InlineData("/repos", "must begin with a method")]
    [InlineData("GET  /repos", "must begin with '/'")]
    [InlineData("GET repos", "must begin with '/'")]
    [InlineData("GET https://host/repos", "must begin with '/'")]
    [InlineData("G@T /repos", "must begin with a method")]
    [InlineData("GET /repos?x=1", "no query")]
    [InlineData("GET /repos#x", "no query")]
    [InlineData("GET /repos /x", "no white space")]
    [InlineData("GET /a//b", "empty segment")]
    [InlineData("GET //", "empty segment")]
    [InlineData("GET /a/../b", "segment '..'")]
    [InlineData("GET /a/*/b", "whole last segment")]
    [InlineData("GET /a/b*", "whole last segment")]
    [InlineData("GET /a/v{version}", "whole segment")]
    [InlineData("GET /a/{}", "whole segment")]
    [InlineData("GET /a/{b}{c}", "whole segment")]
    public void A_template_with_a_mistake_says_what_would_be_right(string template, string expected)
    {
        EndpointRouter.TryValidate(template, out var fault).ShouldBeFalse();

        fault.ShouldContain(expected);
        Should.Throw<ArgumentException>(() => new EndpointRouter([template])).Message.ShouldContain(fault);
    }

    [Theory]
    [InlineData("GET /")]
    [InlineData("* /*")]
    [InlineData("M-SEARCH /a/{b}/")]
    [InlineData("uploads")]
    [InlineData("bulk upload")]
    public void Templates_and_names_are_right(string template) => EndpointRouter.TryValidate(template, out _).ShouldBeTrue();

    [Fact]
    public void Matching_allocates_nothing()
    {
        var router = new EndpointRouter(Templates);
        var uri = new Uri("https://host/repos/o%2Fr/x/issues/%41?page=1");
        router.Match(HttpMethod.Get, uri);

        Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                router.Match(HttpMethod.Get, uri);
            }
        }).ShouldBe(0);
    }
}
