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

        return faults.Over(options.Faults);
    }
}
