using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Caching.Configuration;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Caching.Tests.Configuration;

/// <summary>The sections Cache and Redundancy: read, refused with a sentence, followed, and in the schema.</summary>
public sealed class CacheSectionTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("src/RateLimited.Http.Caching/ConfigurationSchema.json"))).RootElement;

    [Fact]
    public void What_is_written_holds()
    {
        var options = new ResponseCacheOptions();
        var section = Configured.Json("""
            { "Cache": { "Enabled": true, "Lifetime": "5 min", "Heuristic": true, "StaleIfLimited": "2 h", "StaleAfterWait": "2 s", "StaleIfError": "1 min", "IgnoreMustRevalidate": true, "Collapse": "5 s", "FreeValidation": false,
              "MaxBody": 2048, "MaxBytes": 100000, "MaxEntries": 7, "IgnoredHeaders": [ "X-A", "X-B" ] } }
            """).GetSection("Cache");

        new SectionReader(new FaultList()).Keys(section, options, CacheSectionReader.Keys);

        (options.Enabled, options.Lifetime, options.Heuristic, options.StaleIfLimited, options.StaleAfterWait).ShouldBe((true, TimeSpan.FromMinutes(5), true, TimeSpan.FromHours(2), TimeSpan.FromSeconds(2)));
        (options.StaleIfError, options.IgnoreMustRevalidate, options.Collapse, options.FreeValidation).ShouldBe((TimeSpan.FromMinutes(1), true, TimeSpan.FromSeconds(5), false));
        (options.MaxBody, options.MaxBytes, options.MaxEntries, string.Join(' ', options.IgnoredHeaders)).ShouldBe((2048, 100_000, 7, "X-A X-B"));
    }

    [Theory]
    [InlineData("""{ "Cache": true }""", null)]
    [InlineData("""{ "Cache": false, "Redundancy": false }""", null)]
    [InlineData("""{ "Cache": {}, "Redundancy": {} }""", null)]
    [InlineData("""{ "Cache": 5 }""", ":Cache: '5' → true, false, or a section.")]
    [InlineData("""{ "Cache": { "Lifetyme": "1 s" } }""", ":Cache:Lifetyme: unknown key → perhaps 'Lifetime'")]
    [InlineData("""{ "Cache": { "Lifetime": "0 s" } }""", ":Cache:Lifetime: '0 s' → a duration from 1 s to 31 days, such as '5 min' or '00:05:00'.")]
    [InlineData("""{ "Cache": { "StaleIfLimited": "32 days" } }""", ":Cache:StaleIfLimited: '32 days' → a duration from 0 s to 31 days")]
    [InlineData("""{ "Cache": { "StaleIfLimited": "0 s", "StaleAfterWait": "1 s" } }""", ":Cache:StaleAfterWait: '00:00:01' → nothing, or a StaleIfLimited above 0 s: there is no old answer to give after the wait.")]
    [InlineData("""{ "Cache": { "Collapse": "1 ms" } }""", ":Cache:Collapse: '1 ms' → a duration from 10 ms to 10 min")]
    [InlineData("""{ "Cache": { "MaxBody": 1000000, "MaxBytes": 70000 } }""", ":Cache:MaxBytes: 70000 → at least MaxBody, 1000000.")]
    [InlineData("""{ "Cache": { "MaxEntries": 0 } }""", ":Cache:MaxEntries: '0' → a whole number from 1 to 1000000 as the answers that are kept.")]
    [InlineData("""{ "Cache": { "IgnoredHeaders": "X A" } }""", ":Cache:IgnoredHeaders:0: 'X A' → a header's name, such as 'X-Request-Start'.")]
    [InlineData("""{ "Cache": { "IgnoredHeaders": "authorization" } }""", ":Cache:IgnoredHeaders:0: 'authorization' → a header that does not say who asks")]
    [InlineData("""{ "Cache": true, "Resilience": { "Fallback": { "StaleFor": "1 h" } } }""", ":Resilience:Fallback:StaleFor: '01:00:00' → nothing beside a Cache, which keeps responses itself")]
    [InlineData("""{ "Cache": false, "Resilience": { "Fallback": { "StaleFor": "1 h" } } }""", null)]
    [InlineData("""{ "Redundancy": { "Fingerprints": 99 } }""", ":Redundancy:Fingerprints: '99' → a whole number from 100 to 1000000 as the requests that are remembered.")]
    [InlineData("""{ "Redundancy": { "MaxBody": -1 } }""", ":Redundancy:MaxBody: '-1' → a whole number from 0 to 1048576 as the bytes of a body.")]
    public void What_is_wrong_is_said(string section, string? fault)
    {
        var json = $$"""{ "Limits": "5/s", {{section.Trim()[1..]}}""";

        var faults = Configured.Faults(Configured.Service(json), static services => services.AddHttpClient("a").AddResponseCache().AddRedundancyReport());

        if (fault is null)
        {
            faults.ShouldBeEmpty();
        }
        else
        {
            faults.ShouldContain(each => each.Contains(fault, StringComparison.Ordinal), string.Join('\n', faults));
        }
    }

    [Fact]
    public void A_section_that_nobody_reads_is_found() => Configured.Faults(Configured.Service("""{ "Limits": "5/s", "Cache": true, "Redundancy": true }""")).ShouldBe(
    [
        "RateLimiting:Services:a:Cache: a section → no section, or the package that reads it: RateLimited.Http.Caching, with AddResponseCache() behind AddServiceRateLimiting().",
        "RateLimiting:Services:a:Redundancy: a section → no section, or the package that reads it: RateLimited.Http.Caching, with AddRedundancyReport() behind AddServiceRateLimiting().",
    ], ignoreOrder: true);

    [Fact]
    public void Changes_are_followed_while_requests_come()
    {
        var source = new ReloadableSource(("Services:a:Limits", "5/s"), ("Services:a:Cache:MaxEntries", "3"));
        using var container = Configured.Container(source.Root(), static services => services.AddHttpClient("a").AddServiceRateLimiting().AddResponseCache());
        container.GetRequiredService<IHttpClientFactory>().CreateClient("a").Dispose();
        var cache = container.GetRequiredService<CacheExtension>().StateOf("a");
        cache.Rules!.MaxEntries.ShouldBe(3);

        source.Change(("Services:a:Cache:MaxEntries", "4"));
        cache.Rules!.MaxEntries.ShouldBe(4);
        source.Change(("Services:a:Cache:MaxEntries", "nonsense"));
        cache.Rules!.MaxEntries.ShouldBe(4, "the last good ones stay");
        source.Change(("Services:a:Cache:MaxEntries", null), ("Services:a:Cache", "false"));
        cache.Rules.ShouldBeNull();
    }

    [Fact]
    public void Every_key_that_is_read_is_in_the_schema_and_in_the_document()
    {
        var document = File.ReadAllText(Repository.PathOf("docs/caching.md"));
        Same("rateLimitingCacheSection", CacheSectionReader.Keys.Select(static key => key.Name));
        Same("rateLimitingRedundancySection", RedundancySectionReader.Keys.Select(static key => key.Name));

        void Same(string definition, IEnumerable<string> keys)
        {
            var section = Schema.GetProperty("definitions").GetProperty(definition);
            section.GetProperty("properties").EnumerateObject().Select(static key => key.Name).ShouldBe(keys);
            section.GetProperty("additionalProperties").ValueKind.ShouldBe(JsonValueKind.False);
            keys.Where(key => !document.Contains($"| `{key}` |", StringComparison.Ordinal)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Ranges_in_the_schema_are_those_of_the_code()
    {
        var (cache, report) = (new ResponseCacheOptions(), new RedundancyOptions());
        Range("rateLimitingCacheSection", "MaxBody", CacheBounds.MaxBody, cache.MaxBody);
        Range("rateLimitingCacheSection", "MaxBytes", CacheBounds.MaxBytes, cache.MaxBytes);
        Range("rateLimitingCacheSection", "MaxEntries", CacheBounds.MaxEntries, cache.MaxEntries);
        Range("rateLimitingRedundancySection", "Fingerprints", RedundancyBounds.Fingerprints, report.Fingerprints);
        Range("rateLimitingRedundancySection", "MaxBody", RedundancyBounds.MaxBody, report.MaxBody);

        static void Range(string definition, string key, NumberRange range, long otherwise)
        {
            var number = Schema.GetProperty("definitions").GetProperty(definition).GetProperty("properties").GetProperty(key);
            (number.GetProperty("minimum").GetInt64(), number.GetProperty("maximum").GetInt64(), number.GetProperty("default").GetInt64()).ShouldBe((range.Min, range.Max, otherwise));
        }
    }
}
