using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Caching.Telemetry;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>The caches of all services of one container.</summary>
internal sealed class CacheExtension(IOptions<ExtensionRegistrations<ResponseCacheOptions>> added, IOptions<ServiceRegistrations> clients, CacheTelemetry telemetry, TimeProvider? time = null)
    : SectionExtension<ResponseCacheOptions, CachedService>(added, clients)
{
    public override string Section => CacheSectionReader.Section;

    protected override ResponseCacheOptions Off => new() { Enabled = false };

    protected override void Read(SectionReader reader, IConfigurationSection section, ResponseCacheOptions options) =>
        reader.Switch(section, value => options.Enabled = value, () => reader.Keys(section, options, CacheSectionReader.Keys));

    protected override CachedService Make(string service) => new(service, time ?? TimeProvider.System, telemetry);

    protected override ServiceAddition AdditionOf(CachedService state, ResponseCacheOptions options) => new CacheAddition(state, options);
}
