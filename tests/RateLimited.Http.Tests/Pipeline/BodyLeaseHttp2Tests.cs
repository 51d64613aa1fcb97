using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>The lease that rides on a body over HTTP/2, trailers included: Kestrel writes those over HTTP/2 alone.</summary>
public sealed class BodyLeaseHttp2Tests : BodyLeaseContract
{
    private protected override HttpProtocols Protocols => HttpProtocols.Http2;

    [Fact]
    public async Task Trailing_headers_arrive()
    {
        using var response = await _client.GetAsync("/trailers", Ended);

        response.TrailingHeaders.GetValues("X-Sum").ShouldBe(["42"]);
        (await response.Content.ReadAsByteArrayAsync(Ended)).AsSpan().SequenceEqual(Body).ShouldBeTrue();
    }
}
