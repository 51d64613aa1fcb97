using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads a service's section into its options. What cannot be read is noted there and refused with what validation finds.</summary>
internal static class ServiceOptionsReader
{
    public static readonly IReadOnlyList<SectionKey<QueueOptions>> QueueKeys =
    [
        new("Length", static (reader, section, queue) => reader.Number(section, OptionBounds.QueueLength, value => queue.Length = (int)value)),
        new("Costs", static (reader, section, queue) => ReadCosts(reader, section, queue.Costs)),
        new("Timeout", static (reader, section, queue) => reader.Duration(section, OptionBounds.QueueTimeout, value => queue.Timeout = value)),
        new("Overflow", static (reader, section, queue) => reader.Choice<QueueOverflow>(section, value => queue.Overflow = value)),
        new("Ageing", static (reader, section, queue) => reader.Duration(section, OptionBounds.Ageing, value => queue.Ageing = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<ServiceRateLimitingOptions>> Keys =
    [
        new("Mode", static (reader, section, service) => reader.Choice<RateLimitMode>(section, value => service.Mode = value)),
        new("Limits", static (reader, section, service) => LimitSectionReader.Read(reader, section, service.Limits)),
        new("Endpoints", static (reader, section, service) => EndpointSectionReader.Read(reader, section, service.Endpoints)),
        new("Tenants", static (reader, section, service) => reader.Keys(section, service.Tenants, TenantSectionReader.Keys)),
        new("Queue", static (reader, section, service) => reader.Keys(section, service.Queue, QueueKeys)),
        new("ArrivalGuard", static (reader, section, service) => ReadArrivalGuard(reader, section, service)),
        new("Rejection", static (reader, section, service) => reader.Choice<RejectionBehavior>(section, value => service.Rejection = value)),
        new("BodyIdleTimeout", static (reader, section, service) => reader.Duration(section, OptionBounds.BodyIdle, value => service.BodyIdleTimeout = value)),
        new("Resilience", static (reader, section, service) => ResilienceSectionReader.Read(reader, section, service.Resilience)),
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

    private static void ReadCosts(SectionReader reader, IConfigurationSection section, IDictionary<string, long> costs)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section of units and amounts, such as { \"tokens\": 1000000 }");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            reader.Number(child, OptionBounds.Cost, value => costs[child.Key] = value);
        }
    }
}
