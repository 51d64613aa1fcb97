using System.Text;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with endpoints.</summary>
internal static class EndpointFaults
{
    private const string Template = "a method or '*', a space and a path, such as 'GET /repos/{owner}/*', or a plain name";

    private const int MaxReason = 400;

    public static void Check(FaultList faults, string path, IDictionary<string, EndpointOptions> endpoints)
    {
        if (endpoints.Count > OptionBounds.MaxEndpoints)
        {
            faults.Add(path, $"{endpoints.Count} endpoints", $"at most {OptionBounds.MaxEndpoints}");
            return;
        }

        var shapes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (template, endpoint) in endpoints)
        {
            var place = $"{path}:{template}";
            CheckTemplate(faults, place, template, shapes);
            if (endpoint is null)
            {
                faults.Add(place, Fault.Missing, "a section such as { \"Limits\": \"30/minute\" }");
            }
            else
            {
                LimitListFaults.Check(faults, $"{place}:Limits", endpoint.Limits, LimitPlace.Service);
                CheckCosts(faults, $"{place}:Costs", endpoint.Costs);
            }
        }
    }

    private static void CheckCosts(FaultList faults, string path, IDictionary<string, decimal> costs)
    {
        foreach (var (unit, cost) in costs)
        {
            if (!LimitFaults.IsUnit(unit))
            {
                faults.Add($"{path}:{unit}", Fault.Quote(unit), LimitFaults.Unit);
            }

            if (!OptionBounds.EndpointCost.Contains(cost))
            {
                faults.Add($"{path}:{unit}", Fault.Quote(cost), OptionBounds.EndpointCost.Right);
            }
        }
    }

    private static void CheckTemplate(FaultList faults, string path, string template, Dictionary<string, string> shapes)
    {
        if (template.Length > OptionBounds.MaxEndpointLength)
        {
            faults.Add(path, $"{template.Length} characters", $"at most {OptionBounds.MaxEndpointLength}");
        }
        else if (!EndpointRouter.TryValidate(template, out var fault))
        {
            faults.Add(path, Fault.Quote(template), $"{Template}: {Fault.Excerpt(fault, MaxReason).TrimEnd('.')}");
        }
        else if (!shapes.TryAdd(Shape(template), template))
        {
            faults.Add(path, Fault.Quote(template), $"one template for these requests, since '{shapes[Shape(template)]}' matches the same");
        }
    }

    /// <summary>The template without the names of its parameters, which do not change what it matches.</summary>
    public static string Shape(string template)
    {
        var method = template.IndexOf(" /", StringComparison.Ordinal);
        if (method < 0)
        {
            return template;
        }

        var shape = new StringBuilder(template.Length);
        var inName = false;
        foreach (var c in template)
        {
            inName = inName ? c != '}' : c == '{';
            if (!inName || c == '{')
            {
                shape.Append(c);
            }
        }

        return string.Concat(template[..method].ToUpperInvariant(), shape.ToString(method, shape.Length - method).TrimEnd('/'));
    }
}
