namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with what holds over all services.</summary>
internal static class RateLimitingOptionsFaults
{
    public const string Directory = "the path of a directory that belongs to this program alone, such as /var/lib/crawler/limits";

    public static FaultList Of(RateLimitingOptions options)
    {
        var faults = new FaultList();
        LimitListFaults.Check(faults, RateLimitingOptionsReader.GlobalLimitsPath, options.GlobalLimits, LimitPlace.Global);
        if (options.File.Directory is { } directory && (string.IsNullOrWhiteSpace(directory) || directory.IndexOfAny(Path.GetInvalidPathChars()) >= 0))
        {
            faults.Add(RateLimitingOptionsReader.FileDirectoryPath, Fault.Quote(directory), Directory);
        }

        if (!Enum.IsDefined(options.File.OnFailure))
        {
            faults.Add($"{RateLimitingOptionsReader.Root}:{RateLimitingOptionsReader.File}:OnFailure", Fault.Quote(options.File.OnFailure.ToString()), EnumText.Names<FileFailureMode>());
        }

        Check(faults, options.Memory);
        return faults.Over(options.Faults);
    }

    private static void Check(FaultList faults, MemoryOptions memory)
    {
        const string WarnAt = $"{RateLimitingOptionsReader.MemoryPath}:WarnAt";
        const string AlertAt = $"{RateLimitingOptionsReader.MemoryPath}:AlertAt";
        var range = OptionBounds.Megabytes;
        if (!range.Contains(memory.WarnAt))
        {
            faults.Add(WarnAt, Fault.Quote(memory.WarnAt), range.Right);
        }

        if (!range.Contains(memory.AlertAt))
        {
            faults.Add(AlertAt, Fault.Quote(memory.AlertAt), range.Right);
        }
        else if (memory.AlertAt < memory.WarnAt)
        {
            faults.Add(AlertAt, Fault.Quote(memory.AlertAt), $"at least WarnAt, which is {memory.WarnAt}");
        }
    }
}
