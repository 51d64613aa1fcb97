using System.Net;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Answers everything at once.</summary>
internal sealed class StubUpstream : HttpMessageHandler
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new(HttpStatusCode.OK) { RequestMessage = request };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));
}
