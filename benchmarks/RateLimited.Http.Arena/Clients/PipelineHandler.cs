using Polly;

namespace RateLimited.Http.Arena.Clients;

/// <summary>Sends each request through a pipeline of Polly's. Requests of the arena can be sent again as they are: their bodies are texts.</summary>
internal sealed class PipelineHandler(ResiliencePipeline<HttpResponseMessage> pipeline, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await pipeline.ExecuteAsync(async token => await base.SendAsync(request, token), cancellationToken);
}
