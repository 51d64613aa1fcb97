namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with what holds over all services.</summary>
internal static class RateLimitingOptionsFaults
{
    public static FaultList Of(RateLimitingOptions options)
    {
        var faults = new FaultList();
        LimitListFaults.Check(faults, RateLimitingOptionsReader.GlobalLimitsPath, options.GlobalLimits, LimitPlace.Global);
        return faults.Over(options.Faults);
    }
}
