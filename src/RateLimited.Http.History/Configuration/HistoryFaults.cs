using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.History.Configuration;

/// <summary>What can be wrong with the options, all of it at once.</summary>
internal sealed class HistoryFaults : IValidateOptions<RateLimitHistoryOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitHistoryOptions options) => Of(options).Result();

    public static FaultList Of(RateLimitHistoryOptions options)
    {
        var faults = new FaultList();
        if (string.IsNullOrWhiteSpace(options.Directory) || options.Directory.Length > HistoryBounds.MaxDirectoryLength || options.Directory.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add(PathOf(nameof(options.Directory)), Fault.Quote(options.Directory), $"a directory's path of 1 to {HistoryBounds.MaxDirectoryLength} characters");
        }

        faults.Number(PathOf(nameof(options.BatchSize)), options.BatchSize, HistoryBounds.BatchSize);
        faults.Duration(PathOf(nameof(options.BatchInterval)), options.BatchInterval, HistoryBounds.BatchInterval);
        faults.Number(PathOf(nameof(options.MaxPending)), options.MaxPending, HistoryBounds.MaxPending);
        faults.Number(PathOf(nameof(options.SegmentBytes)), options.SegmentBytes, HistoryBounds.SegmentBytes);
        faults.Number(PathOf(nameof(options.MaxBytes)), options.MaxBytes, HistoryBounds.MaxBytes);
        faults.Duration(PathOf(nameof(options.Retention)), options.Retention, HistoryBounds.Retention);
        if (options.MaxBytes < options.SegmentBytes)
        {
            faults.Add(PathOf(nameof(options.MaxBytes)), Fault.Quote(options.MaxBytes), $"at least SegmentBytes, {options.SegmentBytes}");
        }

        return faults.Over(options.Faults);
    }

    private static string PathOf(string key) => $"{HistorySectionReader.Path}:{key}";
}
