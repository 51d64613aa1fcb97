using System.Net;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Resilience;

/// <summary>H16, as a table.</summary>
public sealed class RedirectTests
{
    private const string From = "https://api.test/a/b?x=1";

    [Theory]
    [Fault("H16")]
    [InlineData("c", "https://api.test/a/c", RedirectDecision.SameOrigin)]
    [InlineData("/c?y=2", "https://api.test/c?y=2", RedirectDecision.SameOrigin)]
    [InlineData("https://api.test:443/c", "https://api.test/c", RedirectDecision.SameOrigin)]
    [InlineData("https://API.test/c", "https://api.test/c", RedirectDecision.SameOrigin)]
    [InlineData("//api.test/c", "https://api.test/c", RedirectDecision.SameOrigin)]
    [InlineData("https://api.test:8443/c", "https://api.test:8443/c", RedirectDecision.OtherOrigin)]
    [InlineData("https://www.api.test/c", "https://www.api.test/c", RedirectDecision.OtherOrigin)]
    [InlineData("https://api.test.evil.test/c", "https://api.test.evil.test/c", RedirectDecision.OtherOrigin)]
    [InlineData("https://api.test@evil.test/c", "https://api.test@evil.test/c", RedirectDecision.OtherOrigin)]
    [InlineData("http://api.test/c", "http://api.test/c", RedirectDecision.Downgrade)]
    [InlineData("http://127.0.0.1/c", "http://127.0.0.1/c", RedirectDecision.Downgrade)]
    [InlineData("https://127.0.0.1/c", "https://127.0.0.1/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://0x7f.1/c", "https://0x7f.1/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://2130706433/c", "https://2130706433/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://localhost/c", "https://localhost/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://a.localhost/c", "https://a.localhost/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://10.1.2.3/c", "https://10.1.2.3/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://172.16.0.1/c", "https://172.16.0.1/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://172.32.0.1/c", "https://172.32.0.1/c", RedirectDecision.OtherOrigin)]
    [InlineData("https://192.168.0.1/c", "https://192.168.0.1/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://169.254.169.254/latest/meta-data", "https://169.254.169.254/latest/meta-data", RedirectDecision.PrivateAddress)]
    [InlineData("https://100.64.0.1/c", "https://100.64.0.1/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://0.0.0.0/c", "https://0.0.0.0/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://[::1]/c", "https://[::1]/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://[fe80::1]/c", "https://[fe80::1]/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://[fd00::1]/c", "https://[fd00::1]/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://[::ffff:10.0.0.1]/c", "https://[::ffff:10.0.0.1]/c", RedirectDecision.PrivateAddress)]
    [InlineData("https://8.8.8.8/c", "https://8.8.8.8/c", RedirectDecision.OtherOrigin)]
    internal void H16_where_it_leads_decides(string location, string target, RedirectDecision decision)
    {
        var redirect = Decide(HttpStatusCode.Found, location).ShouldNotBeNull();

        redirect.Decision.ShouldBe(decision);
        redirect.Target.ShouldBe(new Uri(target));
    }

    [Theory]
    [Fault("H16")]
    [InlineData("ftp://api.test/c")]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    public void H16_what_is_no_http_is_not_followed(string location) => Decide(HttpStatusCode.Found, location).ShouldBeNull();

    [Fact]
    public void Without_a_location_it_is_none() => Redirect.Decide(HttpStatusCode.Found, null, new Uri(From), HttpMethod.Get, null, 5).ShouldBeNull();

    [Theory]
    [InlineData(301, "GET", "GET", true)]
    [InlineData(301, "POST", "GET", false)]
    [InlineData(302, "POST", "GET", false)]
    [InlineData(302, "PUT", "PUT", true)]
    [InlineData(303, "POST", "GET", false)]
    [InlineData(303, "PUT", "GET", false)]
    [InlineData(303, "HEAD", "HEAD", true)]
    [InlineData(307, "POST", "POST", true)]
    [InlineData(308, "DELETE", "DELETE", true)]
    public void The_status_says_how_to_ask_again(int status, string method, string next, bool keeps)
    {
        var redirect = Redirect.Decide((HttpStatusCode)status, new Uri("/c", UriKind.Relative), new Uri(From), new HttpMethod(method), ContentReplay.Replayable, 5).ShouldNotBeNull();

        (redirect.Method.Method, redirect.KeepsContent, redirect.Decision).ShouldBe((next, keeps, RedirectDecision.SameOrigin));
    }

    [Theory]
    [Fault("H16")]
    [InlineData("/c", ContentReplay.Replayable, RedirectDecision.SameOrigin)]
    [InlineData("/c", ContentReplay.Once, RedirectDecision.NotReplayable)]
    [InlineData("https://other.test/c", ContentReplay.Replayable, RedirectDecision.ContentElsewhere)]
    internal void H16_content_is_sent_again_only_where_it_was_meant_for(string location, ContentReplay content, RedirectDecision decision) =>
        Redirect.Decide(HttpStatusCode.TemporaryRedirect, new Uri(location, UriKind.RelativeOrAbsolute), new Uri(From), HttpMethod.Post, content, 5)!.Value.Decision.ShouldBe(decision);

    [Fact]
    public void From_inside_a_private_network_it_may_stay_there() =>
        Redirect.Decide(HttpStatusCode.Found, new Uri("http://127.0.0.1:2/"), new Uri("http://127.0.0.1:1/"), HttpMethod.Get, null, 1)!.Value.Decision.ShouldBe(RedirectDecision.OtherOrigin);

    [Fact]
    [Fault("H16")]
    public void H16_so_many_are_followed_and_no_more()
    {
        Decide(HttpStatusCode.Found, "/c", remaining: 1)!.Value.IsFollowed.ShouldBeTrue();
        Decide(HttpStatusCode.Found, "/c", remaining: 0)!.Value.Decision.ShouldBe(RedirectDecision.TooMany);
    }

    [Fact]
    public void A_fragment_is_inherited() =>
        Redirect.Decide(HttpStatusCode.Found, new Uri("/c", UriKind.Relative), new Uri(From + "#part"), HttpMethod.Get, null, 5)!.Value.Target.AbsoluteUri.ShouldBe("https://api.test/c#part");

    [Theory]
    [InlineData(200, false)]
    [InlineData(300, true)]
    [InlineData(304, false)]
    [InlineData(305, false)]
    [InlineData(308, true)]
    [InlineData(404, false)]
    public void Some_statuses_are_redirects(int status, bool isRedirect) => Redirect.Is((HttpStatusCode)status).ShouldBe(isRedirect);

    private static Redirect? Decide(HttpStatusCode status, string location, int remaining = 5) =>
        Redirect.Decide(status, new Uri(location, UriKind.RelativeOrAbsolute), new Uri(From), HttpMethod.Get, null, remaining);
}
