using RateLimited.Http.Keys;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Keys;

/// <summary>A key comes onto a message where its carrier says, and nowhere else.</summary>
public sealed class KeyCarrierTests
{
    private static readonly ApiKey Key = ApiKey.Create("k+1/2=&3");

    [Theory]
    [InlineData("Bearer", "Authorization", "Bearer k+1/2=&3")]
    [InlineData("bearer", "Authorization", "Bearer k+1/2=&3")]
    [InlineData("x-api-key", "x-api-key", "k+1/2=&3")]
    [InlineData("Authorization: Bot {key}", "Authorization", "Bot k+1/2=&3")]
    [InlineData(" X-Auth :  token={key}; v=1 ", "X-Auth", "token=k+1/2=&3; v=1")]
    public void A_header_holds_it(string text, string header, string value)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, "https://api.test/v1?a=1");
        message.Headers.Add("Authorization", "Bearer placeholder");
        message.Headers.Add("x-api-key", "placeholder");

        Read(text).Apply(message, Key);

        message.Headers.NonValidated[header].ToString().ShouldBe(value);
        message.RequestUri!.Query.ShouldBe("?a=1");
    }

    [Theory]
    [InlineData("https://api.test/v1/x", "https://api.test/v1/x?key=k%2B1%2F2%3D%263")]
    [InlineData("https://api.test/v1/x?a=%20b&key=placeholder&c", "https://api.test/v1/x?a=%20b&c&key=k%2B1%2F2%3D%263")]
    [InlineData("https://api.test/a%2Fb?keys=1&Key=2", "https://api.test/a%2Fb?keys=1&Key=2&key=k%2B1%2F2%3D%263")]
    public void A_parameter_of_the_query_holds_it_in_place_of_any_of_its_name(string address, string expected)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);

        Read("?key").Apply(message, Key);

        message.RequestUri!.AbsoluteUri.ShouldBe(expected);
        message.Headers.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("?key", "https://api.test/x?a=1&key=secret&b=2", "https://api.test/x?a=1&b=2")]
    [InlineData("?key", "https://api.test/x?%6Bey=secret", "https://api.test/x")]
    [InlineData("?key", "https://api.test/x?a=%20&keys=1", "https://api.test/x?a=%20&keys=1")]
    [InlineData("?key", "https://api.test/x", "https://api.test/x")]
    [InlineData("Bearer", "https://api.test/x?key=1", "https://api.test/x?key=1")]
    public void Where_an_upstream_sends_us_no_key_of_ours_is_repeated(string carrier, string address, string expected) =>
        Read(carrier).Clear(new Uri(address)).AbsoluteUri.ShouldBe(expected);

    [Fact]
    [Fault("S02")]
    public void What_an_upstream_repeats_of_a_query_in_its_headers_is_taken_out()
    {
        using var response = new HttpResponseMessage { Content = new StringContent("x") };
        response.Headers.Location = new Uri("/x?key=k%2b1%2F2%3D%263&a=1", UriKind.Relative);
        response.Headers.Add("Link", ["<https://api.test/?key=k+1/2=&3>; rel=next", "<https://api.test/>; rel=prev"]);
        response.Content.Headers.ContentLocation = new Uri("/x?key=k%2B1%2F2%3D%263", UriKind.Relative);

        Read("?key").Scrub(response, Key);

        response.Headers.NonValidated["Location"].ToString().ShouldBe("/x?key=***&a=1");
        response.Headers.NonValidated["Link"].ToArray().ShouldBe(["<https://api.test/?key=***>; rel=next", "<https://api.test/>; rel=prev"]);
        response.Content.Headers.NonValidated["Content-Location"].ToString().ShouldBe("/x?key=***");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
    }

    [Fact]
    public void A_delegate_may_do_as_it_likes_but_what_it_throws_is_not_passed_on()
    {
        using var message = new HttpRequestMessage();
        KeyCarrier.Of(static (request, key) => request.Headers.Add("X-Signed", $"v1 {key.Reveal()}")).Apply(message, Key);
        message.Headers.GetValues("X-Signed").ShouldBe(["v1 k+1/2=&3"]);

        var failure = Should.Throw<KeyNotCarriedException>(() => KeyCarrier.Of(static (_, key) => throw new FormatException(key.Reveal())).Apply(message, Key));

        failure.ToString().ShouldNotContain(Key.Reveal());
        failure.Message.ShouldContain(nameof(FormatException));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Host")]
    [InlineData("Content-Type")]
    [InlineData("Transfer-Encoding: {key}")]
    [InlineData("x-api-key: without")]
    [InlineData("x-api-key: {key}{key}")]
    [InlineData("x-api-key: {key}\r\nX-Injected: 1")]
    [InlineData("x api key")]
    [InlineData("x-api-key: schlüssel {key}")]
    [InlineData("?")]
    [InlineData("?a&b")]
    [InlineData("?a=b")]
    public void What_is_no_carrier_is_refused(string text) => KeyCarrier.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("https://api.test", "https://api.test/v1?x=1", true)]
    [InlineData("https://api.test/", "HTTPS://API.TEST:443/", true)]
    [InlineData("https://bücher.test", "https://xn--bcher-kva.test/", true)]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1", true)]
    [InlineData("http://[::1]:8080", "http://[::1]:8080/v1", true)]
    [InlineData("https://api.test", "http://api.test/v1", false)]
    [InlineData("https://api.test", "https://api.test:8443/v1", false)]
    [InlineData("https://api.test", "https://api.test.evil.test/v1", false)]
    [InlineData("https://api.test", "https://api.test@evil.test/v1", false)]
    [InlineData("https://api.test", "https://evil.test/https://api.test", false)]
    public void An_origin_holds_addresses_of_its_scheme_host_and_port(string origin, string address, bool contains)
    {
        KeyOrigin.TryParse(origin, out var parsed).ShouldBeTrue();
        parsed!.Contains(new Uri(address)).ShouldBe(contains);
        parsed.Contains(null).ShouldBeFalse();
        parsed.Contains(new Uri("/v1", UriKind.Relative)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("api.test")]
    [InlineData("ftp://api.test")]
    [InlineData("https://api.test/v1")]
    [InlineData("https://user:secret@api.test")]
    [InlineData("https://api.test?x=1")]
    [InlineData("https://api.test#x")]
    [InlineData("")]
    public void What_is_more_or_less_than_an_origin_is_refused(string origin) => KeyOrigin.TryParse(origin, out _).ShouldBeFalse();

    private static KeyCarrier Read(string text)
    {
        KeyCarrier.TryParse(text, out var carrier).ShouldBeTrue();
        return carrier!;
    }
}
