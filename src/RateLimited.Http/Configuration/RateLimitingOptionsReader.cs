using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Reads the section <c>RateLimiting</c> but for its services, which <see cref="ServiceOptionsReader"/> reads one by one, and for the sections of other packages, which are put aside for them.
/// </summary>
internal static class RateLimitingOptionsReader
{
    public const string Root = "RateLimiting";
    public const string Services = "Services";
    public const string ServicesPath = $"{Root}:{Services}";
    public const string File = "File";
    public const string FileDirectoryPath = $"{Root}:{File}:Directory";
    public const string MemoryPath = $"{Root}:Memory";
    public const string GlobalLimitsPath = $"{Root}:Global:Limits";

    public static readonly IReadOnlyList<SectionKey<RateLimitingOptions>> GlobalKeys =
    [
        new("Limits", static (reader, section, options) => LimitSectionReader.Read(reader, section, options.GlobalLimits)),
    ];

    public static readonly IReadOnlyList<SectionKey<FileStoreOptions>> FileKeys =
    [
        new("Directory", static (reader, section, file) => file.Directory = reader.Text(section, RateLimitingOptionsFaults.Directory) ?? file.Directory),
        new("OnFailure", static (reader, section, file) => reader.Choice<FileFailureMode>(section, value => file.OnFailure = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<MemoryOptions>> MemoryKeys =
    [
        new("WarnAt", static (reader, section, memory) => reader.Number(section, OptionBounds.Megabytes, value => memory.WarnAt = (int)value)),
        new("AlertAt", static (reader, section, memory) => reader.Number(section, OptionBounds.Megabytes, value => memory.AlertAt = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<RateLimitingOptions>> Keys =
    [
        new("Global", static (reader, section, options) => reader.Keys(section, options, GlobalKeys)),
        new(File, static (reader, section, options) => reader.Keys(section, options.File, FileKeys)),
        new("Memory", static (reader, section, options) => reader.Keys(section, options.Memory, MemoryKeys)),
        new(Services, static (reader, section, _) => ReadServices(reader, section)),
        new("Redis", static (_, section, options) => options.Sections[section.Key] = section),
        new("Alerts", static (_, section, options) => options.Sections[section.Key] = section),
        new("History", static (_, section, options) => options.Sections[section.Key] = section),
    ];

    public static void Read(IConfiguration configuration, RateLimitingOptions options) =>
        new SectionReader(options.Faults).Keys(configuration.GetSection(Root), options, Keys);

    private static void ReadServices(SectionReader reader, IConfigurationSection section)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section of services, such as { \"openai\": { \"Limits\": \"500/minute\" } }");
        }
    }
}
