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

        Number(nameof(options.BatchSize), options.BatchSize, HistoryBounds.BatchSize);
        Duration(nameof(options.BatchInterval), options.BatchInterval, HistoryBounds.BatchInterval);
        Number(nameof(options.MaxPending), options.MaxPending, HistoryBounds.MaxPending);
        Number(nameof(options.SegmentBytes), options.SegmentBytes, HistoryBounds.SegmentBytes);
        Number(nameof(options.MaxBytes), options.MaxBytes, HistoryBounds.MaxBytes);
        Duration(nameof(options.Retention), options.Retention, HistoryBounds.Retention);
        if (options.MaxBytes < options.SegmentBytes)
        {
            faults.Add(PathOf(nameof(options.MaxBytes)), Fault.Quote(options.MaxBytes), $"at least SegmentBytes, {options.SegmentBytes}");
        }

        return faults.Over(options.Faults);

        void Number(string key, long value, NumberRange range)
        {
            if (!range.Contains(value))
            {
                faults.Add(PathOf(key), Fault.Quote(value), range.Right);
            }
        }

        void Duration(string key, TimeSpan value, DurationRange range)
        {
            if (!range.Contains(value))
            {
                faults.Add(PathOf(key), Fault.Quote(value), range.Right);
            }
        }
    }

    private static string PathOf(string key) => $"{HistorySectionReader.Path}:{key}";
}
