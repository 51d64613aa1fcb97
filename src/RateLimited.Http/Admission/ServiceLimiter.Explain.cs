namespace RateLimited.Http.Admission;

/// <summary>What holds requests up, for whoever explains it.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>The limit that would hold a request up now, whatever stands in line before it; null when it might go.</summary>
    public BoundLimit? HeldUpBy(in AdmissionRequest request)
    {
        var ticket = Resolve(request);
        try
        {
            return _store.HeldUpBy(ticket);
        }
        finally
        {
            Abandon(ticket);
        }
    }
}
