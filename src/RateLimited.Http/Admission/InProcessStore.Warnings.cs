using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What upstreams warn of without figures, and those who keep a distance because of it.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>The response to a request warns. Returns whether no plan counts yet what holds up those whom it concerns.</summary>
    /// <param name="warned">The request.</param>
    /// <param name="strain">How much there is for what there should be, in thousandths.</param>
    /// <param name="underWay">How many requests are under way, it included.</param>
    /// <param name="isOfEndpoint">Whether it concerns those alone that go to the same endpoint, with the same key where there are keys.</param>
    public bool Slow(AdmissionTicket warned, int strain, long underWay, bool isOfEndpoint)
    {
        var service = warned.Plan.Service;
        using var held = Hold();
        var now = Now;
        if (!isOfEndpoint)
        {
            service.Slow(now, warned.ChargedAt, underWay, strain);
            return false;
        }

        var coolDown = CoolDownOf(warned, out var isNew);
        CoolDown.Slow(ref coolDown.State, now, warned.ChargedAt, underWay, strain, service.Definition.Correction.MaxHint.Ticks);
        return isNew;
    }

    /// <summary>The response to a request warns of nothing.</summary>
    public void Ease(AdmissionTicket answered)
    {
        var service = answered.Plan.Service;
        using var held = Hold();
        var now = Now;
        service.Ease(now, answered.ChargedAt);
        if ((answered.Key?.Chosen?.Quota.Reported ?? service.Reported).CoolDownOf(answered.Plan.Endpoint)?.Only is { } coolDown)
        {
            CoolDown.Ease(ref coolDown.State, now, answered.ChargedAt);
        }
    }
}
