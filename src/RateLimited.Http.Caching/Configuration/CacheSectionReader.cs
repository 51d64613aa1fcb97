using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>Reads the section <c>Cache</c> of a service.</summary>
internal static class CacheSectionReader
{
    public const string Section = "Cache";

    public static readonly IReadOnlyList<SectionKey<ResponseCacheOptions>> Keys =
    [
        new("Enabled", static (reader, section, options) => reader.Truth(section, value => options.Enabled = value)),
        new("Lifetime", static (reader, section, options) => reader.Duration(section, CacheBounds.Lifetime, value => options.Lifetime = value)),
        new("Heuristic", static (reader, section, options) => reader.Truth(section, value => options.Heuristic = value)),
        new("StaleIfLimited", static (reader, section, options) => reader.Duration(section, CacheBounds.Stale, value => options.StaleIfLimited = value)),
        new("StaleAfterWait", static (reader, section, options) => reader.Duration(section, CacheBounds.Stale, value => options.StaleAfterWait = value)),
        new("StaleIfError", static (reader, section, options) => reader.Duration(section, CacheBounds.Stale, value => options.StaleIfError = value)),
        new("IgnoreMustRevalidate", static (reader, section, options) => reader.Truth(section, value => options.IgnoreMustRevalidate = value)),
        new("Collapse", static (reader, section, options) => reader.Duration(section, CacheBounds.Collapse, value => options.Collapse = value)),
        new("FreeValidation", static (reader, section, options) => reader.Truth(section, value => options.FreeValidation = value)),
        new("MaxBody", static (reader, section, options) => reader.Number(section, CacheBounds.MaxBody, value => options.MaxBody = value)),
        new("MaxBytes", static (reader, section, options) => reader.Number(section, CacheBounds.MaxBytes, value => options.MaxBytes = value)),
        new("MaxEntries", static (reader, section, options) => reader.Number(section, CacheBounds.MaxEntries, value => options.MaxEntries = (int)value)),
        new("IgnoredHeaders", static (reader, section, options) => NameList.Read(reader, section, "headers such as [ \"X-Request-Start\" ]", options.IgnoredHeaders)),
    ];
}
