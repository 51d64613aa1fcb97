using Microsoft.Extensions.Hosting;

namespace RateLimited.Http.Dashboard.Access;

/// <summary>Keeps the host from starting while a page could be seen by anybody without somebody having said so. Behind a proxy "only local requests" would be everybody.</summary>
internal sealed class AccessCheck(MappedPages pages) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => pages.Undecided() is [var path, ..]
        ? Task.FromException(new InvalidOperationException(
            $"Nothing decides who may see {path}: add .RequireAuthorization() to what mapped it, or .AllowAnonymous() if everybody may know the program's limits, keys' names and upstreams."))
        : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
