using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing.Simulation;
using RateLimited.Http.Tool.Input;

namespace RateLimited.Http.Tool.Simulation;

/// <summary>A recorded log as a demand.</summary>
internal sealed record LogDemand(Demand Demand, DateTimeOffset Start, TimeSpan Duration, int Requests)
{
    /// <param name="path">The log.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="options">The service.</param>
    /// <param name="globalLimits">The limits over all services.</param>
    /// <param name="progress">Told how much was read.</param>
    public static LogDemand Read(string path, string service, ServiceRateLimitingOptions options, IEnumerable<LimitOptions> globalLimits, Action<double> progress)
    {
        var definition = DefinitionCompiler.Service(service, options);
        var units = Units(definition).Concat(globalLimits.Select(static limit => limit.Unit)).Distinct(StringComparer.Ordinal);
        var entries = AccessLog.Read(path, units, progress).Where(entry => entry.Service is null || entry.Service.Equals(service, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (entries.Length == 0)
        {
            throw new BadInputException($"{InputFile.Shown(path)}: no request of the service {Fault.Quote(service)} → one at least.");
        }

        var router = DefinitionCompiler.Router(definition);
        var (start, end) = (entries[0].Time, entries[^1].Time);
        if (end - start > TimeSpan.FromDays(366))
        {
            throw new BadInputException($"{InputFile.Shown(path)}: {(int)(end - start).TotalDays} days from the first request to the last → at most 366.");
        }

        var requests = entries.Select(entry => new SimulatedRequest(
            entry.Time - start,
            new AdmissionRequest
            {
                Endpoint = LogRouting.EndpointOf(router, entry),
                Tenant = entry.Tenant,
                Partition = entry.Partition,
                Priority = entry.Priority ?? RequestPriority.Normal,
                Costs = entry.Costs.Count == 0 ? null : entry.Costs,
            },
            entry.Latency));
        return new LogDemand(Demand.Recorded(requests), new DateTimeOffset(start), end - start, entries.Length);
    }

    private static IEnumerable<string> Units(ServiceDefinition definition) =>
        definition.Limits.Concat(definition.Endpoints.SelectMany(static endpoint => endpoint.Limits)).Concat(definition.TenantLimits).Concat(definition.TenantClasses.SelectMany(static tenants => tenants.Limits))
            .Select(static limit => limit.Unit);
}
