namespace RateLimited.Http.Admission;

/// <summary>What there is to do where limits outlive the process.</summary>
internal sealed partial class ServiceLimiter
{
    private void BeginKeeping()
    {
        if (_service.Kept is { } kept)
        {
            kept.Wake = () => Wake();
            kept.Tell = fault => TellOfDisk(kept.FailureMode, fault);
            kept.Begin();
        }
    }

    private void TellOfDisk(string mode, string? fault)
    {
        if (fault is null)
        {
            Telemetry.StoreFound();
        }
        else
        {
            Telemetry.StoreLost(mode, $"its directory cannot be written to ({fault}).");
        }
    }
}
