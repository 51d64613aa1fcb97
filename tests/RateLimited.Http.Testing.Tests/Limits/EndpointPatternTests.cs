using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Tests.Limits;

public sealed class EndpointPatternTests
{
    [Theory]
    [InlineData("GET /a/{x}/b", "GET", "/a/1/b", "1")]
    [InlineData("get /a/{x}/b", "GET", "/a/1/b/", "1")]
    [InlineData("* /a/*", "DELETE", "/a", "")]
    [InlineData("* /a/*", "DELETE", "/a/b/c", "")]
    [InlineData("GET /a/{x}/{y}", "GET", "/a/1/2", "1")]
    [InlineData("GET /", "GET", "/", "")]
    [InlineData("GET /*", "GET", "/", "")]
    public void A_request_of_the_template_is_recognised(string template, string method, string path, string name)
    {
        EndpointPattern.Of(template).Matches(method, path, out var found).ShouldBeTrue();
        found.ShouldBe(name);
    }

    [Theory]
    [InlineData("GET /a/{x}/b", "POST", "/a/1/b")]
    [InlineData("GET /a/{x}/b", "GET", "/a/1/c")]
    [InlineData("GET /a/{x}", "GET", "/a/1/2")]
    [InlineData("GET /a/{x}", "GET", "/a")]
    [InlineData("GET /a/b/*", "GET", "/a")]
    [InlineData("GET /A", "GET", "/a")]
    public void Another_is_not(string template, string method, string path) => EndpointPattern.Of(template).Matches(method, path, out _).ShouldBeFalse();

    [Theory]
    [InlineData("")]
    [InlineData("GET")]
    [InlineData("GET ")]
    [InlineData("/search")]
    [InlineData("GET search")]
    public void What_is_no_template_is_refused_with_one_that_is(string text) =>
        Should.Throw<FormatException>(() => new UpstreamLimit("x", () => throw new InvalidOperationException()) { Endpoints = [text] }).Message.ShouldContain("GET /search/*");
}
