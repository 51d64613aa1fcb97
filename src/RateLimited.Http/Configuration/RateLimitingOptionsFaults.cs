namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with what holds over all services.</summary>
internal static class RateLimitingOptionsFaults
{
    public static FaultList Of(RateLimitingOptions options)
    {
        var faults = new FaultList();
        LimitListFaults.Check(faults, RateLimitingOptionsReader.GlobalLimitsPath, options.GlobalLimits, LimitPlace.Global);
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
