using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Tool.Input;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Validation;

/// <summary>Which endpoints an access log shows, and which of them have no limit of their own.</summary>
internal sealed class EndpointUse
{
    private const int MostListed = 1_000;

    // A log whose paths are made up must not fill the memory; what comes later is counted together.
    private const int MostEndpoints = 100_000;

    private const string Others = "all others";

    private readonly InspectedConfiguration _configured;
    private readonly Dictionary<string, Routed> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Service, string Endpoint, CountedBy CountedBy), int> _seen = [];

    public EndpointUse(InspectedConfiguration configured)
    {
        _configured = configured;
        foreach (var (name, options) in configured.Services)
        {
            var definition = DefinitionCompiler.Service(name, options);
            _services[name] = new Routed(name, definition, DefinitionCompiler.Router(definition), definition.Endpoints.ToDictionary(static endpoint => endpoint.Name, StringComparer.Ordinal));
        }
    }

    /// <param name="entries">The log.</param>
    /// <param name="service">The service of the requests that name none.</param>
    public LogReport Of(IReadOnlyList<LogEntry> entries, string? service)
    {
        foreach (var entry in entries)
        {
            Take(entry, entry.Service ?? service!);
        }

        var unlimited = _seen.OrderByDescending(static each => each.Value).ThenBy(static each => each.Key)
            .Select(static each => new UnlimitedEndpoint(Terminal.Shown(each.Key.Service), Terminal.Shown(each.Key.Endpoint), each.Value, each.Key.CountedBy)).ToArray();
        return new LogReport(entries.Count, [.. unlimited.Take(MostListed)], Math.Max(unlimited.Length - MostListed, 0));
    }

    private void Take(LogEntry entry, string service)
    {
        if (!_services.TryGetValue(service, out var routed))
        {
            Count(service, EndpointShape.Of(entry), CountedBy.NotConfigured);
            return;
        }

        var endpoint = routed.EndpointOf(entry);
        if (endpoint is not { Limits.Count: > 0 })
        {
            Count(routed.Name, EndpointShape.Of(entry), CountedByOf(routed.Definition, endpoint));
        }
    }

    private CountedBy CountedByOf(ServiceDefinition definition, EndpointDefinition? endpoint) =>
        (endpoint?.ServiceLimits != false && (definition.Limits.Count > 0 || definition.Correction.Discover)) || definition.TenantLimits.Count > 0 ? CountedBy.Service
        : _configured.GlobalLimits.Count > 0 ? CountedBy.Global
        : CountedBy.Nothing;

    private void Count(string service, string endpoint, CountedBy countedBy)
    {
        var key = (service, endpoint, countedBy);
        if (!_seen.ContainsKey(key) && _seen.Count >= MostEndpoints)
        {
            key = (Others, Others, countedBy);
        }

        _seen[key] = _seen.GetValueOrDefault(key) + 1;
    }

    private sealed record Routed(string Name, ServiceDefinition Definition, EndpointRouter Router, Dictionary<string, EndpointDefinition> Endpoints)
    {
        public EndpointDefinition? EndpointOf(LogEntry entry) => LogRouting.EndpointOf(Router, entry) is { } key ? Endpoints.GetValueOrDefault(key) : null;
    }
}
