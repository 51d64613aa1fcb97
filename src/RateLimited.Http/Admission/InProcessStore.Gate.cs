using RateLimited.Http.Admission.Sharing;

namespace RateLimited.Http.Admission;

/// <summary>The gate, and the vouchers that are out beside it.</summary>
internal sealed partial class InProcessStore
{
    private readonly List<Vouchers> _handedOut = [];

    /// <summary>Enters the gate, with no vouchers out: what was charged and has not gone is held again.</summary>
    private Held Hold()
    {
        _contended.Gate.Enter();
        if (_contended.HasVouchersOut)
        {
            TryTakeBackVouchers();
        }

        return new Held(ref _contended.Gate);
    }

    /// <summary>Enters the gate only to admit a newcomer: who goes with a voucher meanwhile is another.</summary>
    private Held HoldForNewcomer()
    {
        _contended.Gate.Enter();
        return new Held(ref _contended.Gate);
    }

    /// <summary>Charges those ahead that are likely to follow a request, unless something holds the service up.</summary>
    private void HandOutVouchers(AdmissionTicket ticket, BoundService service, long now)
    {
        if (ticket.Plan.Vouchers is not { } vouchers || service is not { IsUnhindered: true, Shared.IsAlone: false })
        {
            return;
        }

        vouchers.Follow(ticket, now);
        if (!_handedOut.Contains(vouchers))
        {
            _handedOut.Add(vouchers);
            _contended.HasVouchersOut = true;
        }
    }

    /// <summary>Returns whether any may have been out.</summary>
    private bool TryTakeBackVouchers()
    {
        if (!_contended.HasVouchersOut)
        {
            return false;
        }

        foreach (var vouchers in _handedOut)
        {
            vouchers.TakeBack();
        }

        _handedOut.Clear();
        _contended.HasVouchersOut = false;
        return true;
    }

    private readonly ref struct Held(ref Gate gate)
    {
        private readonly ref Gate _gate = ref gate;

        public void Dispose() => _gate.Exit();
    }
}
