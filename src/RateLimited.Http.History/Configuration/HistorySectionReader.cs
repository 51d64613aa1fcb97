using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.History.Configuration;

/// <summary>Reads the section <c>RateLimiting:History</c>.</summary>
internal static class HistorySectionReader
{
    public const string Section = "History";
    public const string Path = $"{RateLimitingOptionsReader.Root}:{Section}";

    private const string AsDirectory = "a directory that this process alone records in";

    public static readonly IReadOnlyList<SectionKey<RateLimitHistoryOptions>> Keys =
    [
        new(nameof(RateLimitHistoryOptions.Directory), static (reader, section, options) => options.Directory = reader.Text(section, AsDirectory) ?? options.Directory),
        new(nameof(RateLimitHistoryOptions.BatchSize), static (reader, section, options) => reader.Number(section, HistoryBounds.BatchSize, value => options.BatchSize = (int)value)),
        new(nameof(RateLimitHistoryOptions.BatchInterval), static (reader, section, options) => reader.Duration(section, HistoryBounds.BatchInterval, value => options.BatchInterval = value)),
        new(nameof(RateLimitHistoryOptions.MaxPending), static (reader, section, options) => reader.Number(section, HistoryBounds.MaxPending, value => options.MaxPending = (int)value)),
        new(nameof(RateLimitHistoryOptions.SegmentBytes), static (reader, section, options) => reader.Number(section, HistoryBounds.SegmentBytes, value => options.SegmentBytes = value)),
        new(nameof(RateLimitHistoryOptions.MaxBytes), static (reader, section, options) => reader.Number(section, HistoryBounds.MaxBytes, value => options.MaxBytes = value)),
        new(nameof(RateLimitHistoryOptions.Retention), static (reader, section, options) => reader.Duration(section, HistoryBounds.Retention, value => options.Retention = value)),
    ];

    public static void Read(IConfiguration configuration, RateLimitHistoryOptions options) =>
        new SectionReader(options.Faults).Keys(configuration.GetSection(Path), options, Keys);
}

/// <summary>Fills the options from configuration, where there is one.</summary>
internal sealed class HistoryOptionsSource(IConfiguration? configuration = null) : IConfigureOptions<RateLimitHistoryOptions>
{
    public void Configure(RateLimitHistoryOptions options)
    {
        if (configuration is not null)
        {
            HistorySectionReader.Read(configuration, options);
        }
    }
}
