namespace RateLimited.Http.Pipeline;

/// <summary>What an HTTP request asks of its service's limits.</summary>
internal static class RequestReading
{
    /// <summary>Reads the request: what was said to it or around it, and its endpoint, by name or by its method and path.</summary>
    public static AdmissionRequest Read(HttpRequestMessage request, RequestSettings? said, EndpointRouter router)
    {
        var endpoint = said?.Endpoint ?? (request.RequestUri is { } uri ? router.Match(request.Method, uri) : null);
        var costs = router.CostsOf(endpoint);
        return said is null
            ? new AdmissionRequest { Endpoint = endpoint, Costs = costs }
            : new AdmissionRequest
            {
                Endpoint = endpoint,
                Priority = said.Priority ?? RequestPriority.Normal,
                Tenant = said.Tenant,
                Partition = said.Partition,
                Costs = costs is null ? said.Costs : EndpointCosts.Over(said.Costs, costs),
                Timeout = said.QueueTimeout,
                CostSources = said.Settlement is { } settlement ? new CostSources(Estimate: null, settlement) : null,
            };
    }
}
