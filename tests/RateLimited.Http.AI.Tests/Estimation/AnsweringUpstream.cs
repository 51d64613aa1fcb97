using System.Net;
using System.Text;

namespace RateLimited.Http.AI.Tests.Estimation;

/// <summary>Answers everything at once with what it is told to.</summary>
internal sealed class AnsweringUpstream : HttpMessageHandler
{
    public string Json { get; set; } = "{}";

    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    public int Asked { get; private set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(new HttpResponseMessage(Status) { Content = new StringContent(Json, Encoding.UTF8, "application/json") });
    }
}
