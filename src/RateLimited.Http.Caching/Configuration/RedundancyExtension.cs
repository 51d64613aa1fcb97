using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RateLimited.Http.Caching.Redundancy;
using RateLimited.Http.Caching.Telemetry;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>The reports on redundant requests of all services of one container.</summary>
internal sealed class RedundancyExtension(IOptions<ExtensionRegistrations<RedundancyOptions>> added, IOptions<ServiceRegistrations> clients, RedundancyTelemetry telemetry, TimeProvider? time = null)
    : SectionExtension<RedundancyOptions, WatchedRequests>(added, clients)
{
    public override string Section => RedundancySectionReader.Section;

    protected override RedundancyOptions Off => new() { Enabled = false };

    protected override void Read(SectionReader reader, IConfigurationSection section, RedundancyOptions options) =>
        reader.Switch(section, value => options.Enabled = value, () => reader.Keys(section, options, RedundancySectionReader.Keys));

    protected override WatchedRequests Make(string service) => new(service, time ?? TimeProvider.System, telemetry);

    protected override ServiceAddition AdditionOf(WatchedRequests state, RedundancyOptions options) => new RedundancyAddition(state, options);
}
