using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Configuration;

/// <summary>The estimator that the container has for a service, made when the first request asks for it.</summary>
internal sealed class KeyedEstimator(IServiceProvider provider, string service) : ICostEstimator
{
    private readonly Lazy<ICostEstimator> _estimator = new(() => provider.GetRequiredKeyedService<ICostEstimator>(service));

    public ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken) => _estimator.Value.EstimateAsync(request, cancellationToken);
}
