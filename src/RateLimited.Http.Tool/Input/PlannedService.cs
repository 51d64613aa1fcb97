using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tool.Input;

/// <summary>What must be known of a service before it can be simulated or planned.</summary>
internal static class PlannedService
{
    private const string AnyHost = "http://service";

    /// <summary>That a figure is known: where the limits are those that the upstream reports, nothing can be said beforehand.</summary>
    /// <exception cref="BadInputException">None is.</exception>
    public static void MustHaveLimits(string place, string name, ServiceRateLimitingOptions options)
    {
        var definition = DefinitionCompiler.Service(name, options);
        if (definition.Correction.Discover && definition.Limits.Count == 0 && definition.Endpoints.All(static endpoint => endpoint.Limits.Count == 0))
        {
            throw new BadInputException($"{place}: the limits of {Fault.Quote(name)} are those that its upstream reports → Limits, or a Tier whose figures are known.");
        }
    }

    /// <summary>The key of the endpoint that is meant: the key itself, or a method and a path that its template matches.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static string? EndpointOf(string name, ServiceRateLimitingOptions options, string text)
    {
        var definition = DefinitionCompiler.Service(name, options);
        if (definition.Endpoints.Any(endpoint => endpoint.Name == text))
        {
            return text;
        }

        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && text.AsSpan(0, space).IndexOfAnyExceptInRange('A', 'Z') < 0 && Uri.TryCreate(AnyHost + text[(space + 1)..].Trim(), UriKind.Absolute, out var uri)
            ? DefinitionCompiler.Router(definition).Match(new HttpMethod(text[..space]), uri)
            : throw new BadInputException($"--endpoint: {Fault.Quote(text)} → a method and a path such as 'GET /search', or one of the endpoints' keys.");
    }
}
