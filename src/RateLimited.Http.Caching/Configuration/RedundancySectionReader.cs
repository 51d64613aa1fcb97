using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>Reads the section <c>Redundancy</c> of a service.</summary>
internal static class RedundancySectionReader
{
    public const string Section = "Redundancy";

    public static readonly IReadOnlyList<SectionKey<RedundancyOptions>> Keys =
    [
        new("Enabled", static (reader, section, options) => reader.Truth(section, value => options.Enabled = value)),
        new("Fingerprints", static (reader, section, options) => reader.Number(section, RedundancyBounds.Fingerprints, value => options.Fingerprints = (int)value)),
        new("MaxBody", static (reader, section, options) => reader.Number(section, RedundancyBounds.MaxBody, value => options.MaxBody = (int)value)),
        new("SecretParameters", static (reader, section, options) => NameList.Read(reader, section, "names such as [ \"token\" ]", options.SecretParameters)),
    ];
}
