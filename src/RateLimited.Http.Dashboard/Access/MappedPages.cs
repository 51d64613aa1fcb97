using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace RateLimited.Http.Dashboard.Access;

/// <summary>Where pages of ours were mapped. Written while the program is set up, read when it starts.</summary>
internal sealed class MappedPages
{
    private readonly List<IEndpointRouteBuilder> _routes = [];

    public void Add(IEndpointRouteBuilder routes) => _routes.Add(routes);

    /// <summary>The paths of pages about which nobody has decided who may see them.</summary>
    public IReadOnlyList<string> Undecided() =>
        [.. _routes.SelectMany(static routes => routes.DataSources)
            .SelectMany(static source => source.Endpoints)
            .Where(static endpoint => endpoint.Metadata.GetMetadata<GuardedPage>() is not null && !IsDecided(endpoint.Metadata))
            .Select(static endpoint => endpoint.Metadata.GetMetadata<GuardedPage>()!.Path)
            .Distinct(StringComparer.Ordinal)];

    private static bool IsDecided(Microsoft.AspNetCore.Http.EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null || metadata.GetMetadata<IAllowAnonymous>() is not null;
}
