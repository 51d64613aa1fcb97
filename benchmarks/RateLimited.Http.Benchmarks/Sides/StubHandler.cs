using System.Net;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>An upstream that answers at once.</summary>
internal sealed class StubHandler : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request });

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        new(HttpStatusCode.OK) { RequestMessage = request };
}

/// <summary>
/// An upstream that answers at once with one and the same response, so that making its headers is not measured and reading them is.
/// </summary>
internal sealed class TellingHandler : HttpMessageHandler
{
    private readonly HttpResponseMessage _response = new(HttpStatusCode.OK);
    private readonly Task<HttpResponseMessage> _answer;

    public TellingHandler(IEnumerable<(string Name, string Value)> headers)
    {
        foreach (var (name, value) in headers)
        {
            _response.Headers.TryAddWithoutValidation(name, value);
        }

        _answer = Task.FromResult(_response);
    }

#pragma warning disable VSTHRD003 // It has completed.
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _answer;
#pragma warning restore VSTHRD003
}
