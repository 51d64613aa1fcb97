using System.Diagnostics.CodeAnalysis;

namespace RateLimited.Http.Pipeline;

/// <summary>Finds the endpoint of a request by its method and path, and what it costs there. Immutable.</summary>
internal sealed class EndpointRouter
{
    private readonly EndpointTemplate[] _templates;
    private readonly EndpointCosts _costs;

    /// <summary>Reads the keys of <c>Endpoints</c>. Plain names, which requests set themselves, match no path.</summary>
    /// <exception cref="ArgumentException">A key is not valid.</exception>
    public EndpointRouter(IReadOnlyList<string> templates)
    {
        _templates = Parsed(templates);
        _costs = new EndpointCosts([], _templates, otherwise: []);
    }

    private EndpointRouter(IReadOnlyList<(string Endpoint, IReadOnlyList<UnitCost> Costs)> endpoints, IReadOnlyList<UnitCost> otherwise)
    {
        _templates = Parsed(endpoints.Select(static endpoint => endpoint.Endpoint));
        _costs = new EndpointCosts(endpoints, _templates, otherwise);
    }

    /// <summary>Reads the keys of <c>Endpoints</c> and what requests to them cost, and what all others do.</summary>
    /// <exception cref="ArgumentException">A key is not valid.</exception>
    public static EndpointRouter WithCosts(IReadOnlyList<(string Endpoint, IReadOnlyList<UnitCost> Costs)> endpoints, params IReadOnlyList<UnitCost> otherwise) => new(endpoints, otherwise);

    /// <summary>What a request to an endpoint costs by what the endpoints say; null where they say nothing.</summary>
    public UnitCost[]? CostsOf(string? endpoint) => _costs.Of(endpoint);

    /// <summary>Whether a key of <c>Endpoints</c> is a template or a name, and if not, what would be right.</summary>
    public static bool TryValidate(string template, [NotNullWhen(false)] out string? fault) => EndpointTemplate.TryParse(template, out _, out fault);

    /// <summary>
    /// The most specific template that matches, or null. The path is compared with respect to case, decoded segment by segment so that an encoded slash parts none; the
    /// query is ignored. Allocates nothing beyond what the <see cref="Uri"/> keeps of itself.
    /// </summary>
    public string? Match(HttpMethod method, Uri uri)
    {
        if (_templates.Length == 0 || !uri.IsAbsoluteUri)
        {
            return null;
        }

        var path = uri.AbsolutePath.AsSpan();
        foreach (var template in _templates)
        {
            if (template.Matches(method.Method, path))
            {
                return template.Text;
            }
        }

        return null;
    }

    private static EndpointTemplate[] Parsed(IEnumerable<string> templates)
    {
        var parsed = new List<EndpointTemplate>();
        foreach (var text in templates)
        {
            if (!EndpointTemplate.TryParse(text, out var template, out var fault))
            {
                throw new ArgumentException(fault, nameof(templates));
            }

            if (template is not null)
            {
                parsed.Add(template);
            }
        }

        // Stable, so that of two templates that differ only in their parameters' names the first one stays the first.
        return [.. parsed.Order(EndpointTemplate.BySpecificity)];
    }
}
