using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>Finding what requests are charged, and whether that has been charged already.</summary>
internal sealed partial class ServiceLimiter
{
    private AdmissionTicket Resolve(in AdmissionRequest request) => Resolve(PlanOf(request), request);

    /// <summary>The same, but it has gone if it found a voucher. While anybody waits it looks for none: who comes later goes later.</summary>
    private AdmissionTicket Resolve(in AdmissionRequest request, out bool hasGone)
    {
        var plan = PlanOf(request);
        if (plan.Vouchers is { } vouchers && IsLineEmpty && vouchers.TryTake(request.Costs, _store.Clock, out var now) is { } bundle)
        {
            hasGone = true;
            return Go(plan, request, bundle, now);
        }

        hasGone = false;
        return Resolve(plan, request);
    }

    private AdmissionTicket Go(LimitPlan plan, in AdmissionRequest request, VoucherBundle bundle, long now)
    {
        var ticket = _pool.Rent();
        ticket.ResolvePaid(plan, request, bundle, now);
        _inFlight.Begin();
        NoteAdmitted(CheckResult.Admitted, ticket);
        return ticket;
    }

    private AdmissionTicket Resolve(LimitPlan plan, in AdmissionRequest request)
    {
        var ticket = _pool.Rent();
        ticket.Resolve(plan, request);
        return ticket;
    }

    private LimitPlan PlanOf(in AdmissionRequest request) => Mode == RateLimitMode.Disabled ? _service.NoPlan : _service.PlanOf(request);
}
