using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>The circuits of other processes, told and heard of where the service's limits are counted. Thread-safe.</summary>
internal sealed class FleetCircuit(SharedService shared) : IFleetCircuit
{
    public void AttachCircuit(Action<long?> opened, Action closed, Action<bool> claimed) => shared.AttachCircuit(opened, closed, claimed);

    public void ShareCircuit(bool isShared) => shared.ShareCircuit(isShared);

    public void TellOpened(long duration) => shared.TellOpened(duration);

    public void TellClosed() => shared.TellClosed();

    public bool TryClaim(long duration) => shared.TryClaim(duration);
}
