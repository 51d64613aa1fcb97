using RateLimited.Http.Configuration.Presets;

namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with what is said of invalid requests.</summary>
internal static class InvalidRequestFaults
{
    /// <param name="faults">Where to say so.</param>
    /// <param name="path">Where it is configured.</param>
    /// <param name="invalid">What is said.</param>
    /// <param name="preset">What the service's preset says; null if it says nothing.</param>
    public static void Check(FaultList faults, string path, InvalidRequestOptions invalid, PresetInvalidRequests? preset)
    {
        if (invalid.Quota is { } quota && !OptionBounds.Quota.Contains(quota))
        {
            faults.Add($"{path}:Quota", Fault.Quote(quota), OptionBounds.Quota.Right);
        }

        if (invalid.Window is { } window && !OptionBounds.Window.Contains(window))
        {
            faults.Add($"{path}:Window", Fault.Quote(window), OptionBounds.Window.Right);
        }

        ResilienceFaults.CheckStatuses(faults, $"{path}:Statuses", invalid.Statuses);
        if (preset is null && invalid.Quota is null && (invalid.Window is not null || invalid.Statuses.Count > 0))
        {
            faults.Add($"{path}:Quota", Fault.Missing, OptionBounds.Quota.Right);
        }

        if (preset is null && invalid is { Quota: not null, Window: null })
        {
            faults.Add($"{path}:Window", Fault.Missing, OptionBounds.Window.Right);
        }
    }
}
