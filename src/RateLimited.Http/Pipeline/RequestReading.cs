namespace RateLimited.Http.Pipeline;

/// <summary>What an HTTP request asks of its service's limits.</summary>
internal static class RequestReading
{
    /// <summary>Reads the request: what was said to it or around it, and its endpoint, by name or by its method and path.</summary>
    public static AdmissionRequest Read(HttpRequestMessage request, RequestSettings? said, EndpointRouter router)
    {
        Read(request, said, router, out var asked);
        return asked;
    }

    /// <summary>The same to where it is wanted: nearly every request asks for nothing in particular, and a copy of that takes as long as reading two headers.</summary>
    public static void Read(HttpRequestMessage request, RequestSettings? said, EndpointRouter router, out AdmissionRequest asked)
    {
        var endpoint = said?.Endpoint ?? (request.RequestUri is { } uri ? router.Match(request.Method, uri) : null);
        var costs = router.CostsOf(endpoint);
        asked = default;
        if (said is not null)
        {
            asked = new AdmissionRequest
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
        else if (endpoint is not null || costs is not null)
        {
            asked = new AdmissionRequest { Endpoint = endpoint, Costs = costs };
        }
    }
}
