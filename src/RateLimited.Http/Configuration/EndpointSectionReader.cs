using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads endpoints, whose keys are templates.</summary>
internal static class EndpointSectionReader
{
    /// <summary>The word that leaves an endpoint without any limit.</summary>
    public const string NoLimits = "none";

    public static readonly IReadOnlyList<SectionKey<EndpointOptions>> Keys =
    [
        new("Limits", static (reader, section, endpoint) => ReadLimits(reader, section, endpoint)),
        new("ServiceLimits", static (reader, section, endpoint) => ReadServiceLimits(reader, section, endpoint)),
        new("Costs", static (reader, section, endpoint) => reader.Amounts(section, OptionBounds.EndpointCost, endpoint.Costs, "{ \"points\": 5 }")),
    ];

    public static void Read(SectionReader reader, IConfigurationSection section, IDictionary<string, EndpointOptions> endpoints)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section of templates, such as { \"GET /search/*\": { \"Limits\": \"30/minute\" } }");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            ReadEndpoint(reader, child, child.Key, endpoints);
        }
    }

    private static void ReadEndpoint(SectionReader reader, IConfigurationSection section, string template, IDictionary<string, EndpointOptions> endpoints)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section such as { \"Limits\": \"30/minute\" }");
            return;
        }

        var children = section.GetChildren().ToArray();
        if (template.Length <= OptionBounds.MaxEndpointLength && Array.Exists(children, IsTemplateTail))
        {
            foreach (var child in Array.FindAll(children, IsTemplateTail))
            {
                ReadEndpoint(reader, child, $"{template}{ConfigurationPath.KeyDelimiter}{child.Key}", endpoints);
            }

            if (Array.TrueForAll(children, IsTemplateTail))
            {
                return;
            }

            children = Array.FindAll(children, static child => !IsTemplateTail(child));
        }

        var endpoint = new EndpointOptions();
        endpoints[template] = endpoint;
        reader.Keys(children, endpoint, Keys);
    }

    /// <summary>
    /// Configuration cuts keys at a colon, so that the template <c>POST /models/{model}:generate</c> arrives as a section within a section: one whose key is unknown
    /// but which itself holds an endpoint.
    /// </summary>
    private static bool IsTemplateTail(IConfigurationSection section) =>
        !SectionReader.Knows(Keys, section.Key) && section.GetChildren().Any(static child => SectionReader.Knows(Keys, child.Key));

    private static void ReadLimits(SectionReader reader, IConfigurationSection section, EndpointOptions endpoint)
    {
        if (NoLimits.Equals(section.Value?.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            endpoint.ServiceLimits = false;
            return;
        }

        LimitSectionReader.Read(reader, section, endpoint.Limits);
    }

    private static void ReadServiceLimits(SectionReader reader, IConfigurationSection section, EndpointOptions endpoint) =>
        reader.Truth(section, value =>
        {
            // Keys come in order of name: Limits was read before.
            if (value && !endpoint.ServiceLimits)
            {
                reader.Refuse(section, "'true'", "false, or other Limits than 'none'");
            }

            endpoint.ServiceLimits = value;
        });
}
