using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads a service's section into its options. What cannot be read is noted there and refused with what validation finds.</summary>
internal static class ServiceOptionsReader
{
    /// <summary>The word that leaves a service's limits to what its upstream reports.</summary>
    public const string Discover = "discover";

    private const string PresetRight = "the name of a known provider, such as 'github'";

    public static readonly IReadOnlyList<SectionKey<QueueOptions>> QueueKeys =
    [
        new("Length", static (reader, section, queue) => reader.Number(section, OptionBounds.QueueLength, value => queue.Length = (int)value)),
        new("Costs", static (reader, section, queue) => reader.Amounts(section, OptionBounds.Cost, queue.Costs, "{ \"tokens\": 1000000 }")),
        new("Timeout", static (reader, section, queue) => reader.Duration(section, OptionBounds.QueueTimeout, value => queue.Timeout = value)),
        new("Overflow", static (reader, section, queue) => reader.Choice<QueueOverflow>(section, value => queue.Overflow = value)),
        new("Ageing", static (reader, section, queue) => reader.Duration(section, OptionBounds.Ageing, value => queue.Ageing = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<ServiceRateLimitingOptions>> Keys =
    [
        new("Mode", static (reader, section, service) => reader.Choice<RateLimitMode>(section, value => service.Mode = value)),
        new("FaultThrottle", static (reader, section, service) => reader.Truth(section, value => service.FaultThrottle = value)),
        new("Preset", static (reader, section, service) => service.Preset = reader.Text(section, PresetRight)),
        new("Tier", static (reader, section, service) => service.Tier = reader.Text(section, "the name of one of the preset's tiers")),
        new("Limits", static (reader, section, service) => ReadLimits(reader, section, service)),
        new("Endpoints", static (reader, section, service) => EndpointSectionReader.Read(reader, section, service.Endpoints)),
        new("Costs", static (reader, section, service) => CostSectionReader.Read(reader, section, service.Costs)),
        new("AI", static (_, section, service) => service.Sections[section.Key] = section),
        new("Cache", static (_, section, service) => service.Sections[section.Key] = section),
        new("Redundancy", static (_, section, service) => service.Sections[section.Key] = section),
        new("Dialect", static (reader, section, service) => service.Dialect = DialectSectionReader.Read(reader, section)),
        new("MaxHint", static (reader, section, service) => reader.Duration(section, OptionBounds.MaxHint, value => service.MaxHint = value)),
        new("MaxExhausted", static (reader, section, service) => reader.Duration(section, OptionBounds.MaxExhausted, value => service.MaxExhausted = value)),
        new("AccountTimeZone", static (reader, section, service) => service.AccountTimeZone = reader.Text(section, LimitFaults.Zone)),
        new("TrustUpstream", static (reader, section, service) => reader.Truth(section, value => service.TrustUpstream = value)),
        new("AskFirst", static (reader, section, service) => reader.Duration(section, OptionBounds.AskFirst, value => service.AskFirst = value)),
        new("InvalidRequests", static (reader, section, service) => InvalidRequestSectionReader.Read(reader, section, service.InvalidRequests)),
        new("Tenants", static (reader, section, service) => reader.Keys(section, service.Tenants, TenantSectionReader.Keys)),
        new("Keys", static (reader, section, service) => KeySectionReader.Read(reader, section, service.Keys)),
        new("Queue", static (reader, section, service) => reader.Keys(section, service.Queue, QueueKeys)),
        new("ArrivalGuard", static (reader, section, service) => ReadArrivalGuard(reader, section, service)),
        new("Rejection", static (reader, section, service) => reader.Choice<RejectionBehavior>(section, value => service.Rejection = value)),
        new("BodyIdleTimeout", static (reader, section, service) => reader.Duration(section, OptionBounds.BodyIdle, value => service.BodyIdleTimeout = value)),
        new("BodyTimeout", static (reader, section, service) => reader.Duration(section, OptionBounds.BodyWhole, value => service.BodyTimeout = value)),
        new("Resilience", static (reader, section, service) => ResilienceSectionReader.Read(reader, section, service.Resilience)),
        new("Store", static (reader, section, service) => service.Store = reader.Text(section, "'Memory', 'File' or 'Redis'") ?? service.Store),
        new("Lease", static (reader, section, service) => reader.Choice<LeaseMode>(section, value => service.Lease = value)),
        new("MaxPartitions", static (reader, section, service) => reader.Number(section, OptionBounds.Partitions, value => service.MaxPartitions = (int)value)),
        new("PartitionIdleTimeout", static (reader, section, service) => reader.Duration(section, OptionBounds.PartitionIdle, value => service.PartitionIdleTimeout = value)),
    ];

    public static void Read(IConfigurationSection section, ServiceRateLimitingOptions service)
    {
        service.Path = section.Path;
        new SectionReader(service.Faults).Keys(section, service, Keys);
    }

    private static void ReadArrivalGuard(SectionReader reader, IConfigurationSection section, ServiceRateLimitingOptions service)
    {
        if ("Auto".Equals(section.Value?.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            service.ArrivalGuard = null;
            return;
        }

        reader.Duration(section, OptionBounds.ArrivalGuard, value => service.ArrivalGuard = value);
    }

    private static void ReadLimits(SectionReader reader, IConfigurationSection section, ServiceRateLimitingOptions service)
    {
        if (Discover.Equals(section.Value?.Trim(), StringComparison.OrdinalIgnoreCase) && !section.GetChildren().Any())
        {
            service.DiscoverLimits = true;
            return;
        }

        LimitSectionReader.Read(reader, section, service.Limits);
    }
}
