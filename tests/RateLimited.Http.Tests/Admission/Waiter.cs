using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Admission;

#pragma warning disable CA2012, VSTHRD002, VSTHRD103 // Read once each, after it is seen to be complete.

/// <summary>One request on its way through admission, looked at without awaiting it.</summary>
internal sealed class Waiter
{
    private readonly ValueTask<AdmissionTicket> _admission;
    private AdmissionTicket? _ticket;
    private Exception? _error;
    private bool _isRead;

    private Waiter(ValueTask<AdmissionTicket> admission, string name)
    {
        _admission = admission;
        Name = name;
    }

    public string Name { get; }

    public bool IsDone => _isRead || _admission.IsCompleted;

    /// <summary>Whether it was admitted by now.</summary>
    public bool IsAdmitted
    {
        get
        {
            Read();
            return _ticket is not null;
        }
    }

    /// <summary>The instant it was charged at, while it holds its lease.</summary>
    public long ChargedAt => _ticket!.ChargedAt;

    public RateLimitRejectedException? Refusal
    {
        get
        {
            Read();
            return _error as RateLimitRejectedException;
        }
    }

    public RejectionReason? Reason => Refusal?.Reason;

    public bool IsCancelled
    {
        get
        {
            Read();
            return _error is OperationCanceledException;
        }
    }

    public static Waiter Enter(ServiceLimiter limiter, AdmissionRequest request = default, string name = "", CancellationToken token = default) =>
        new(limiter.AdmitAsync(request, token), name);

    /// <summary>Its answer has come, as the handler tells it.</summary>
    public void Hear(ServiceLimiter limiter, AnswerKind kind)
    {
        Read();
        limiter.Answered(_ticket!, [], limiter.Now);
        limiter.Learn(_ticket!, kind, limiter.Now);
    }

    /// <summary>Its ticket, for whoever completes it himself.</summary>
    public AdmissionTicket Hold() => Take();

    public void Complete() => Take().Complete();

    public void GiveBack() => Take().GiveBack();

    public void Settle(string unit, long actual)
    {
        Read();
        _ticket!.Settle(new UnitCost(unit, actual));
    }

    private AdmissionTicket Take()
    {
        Read();
        var ticket = _ticket.ShouldNotBeNull($"{Name} was not admitted");
        _ticket = null;
        return ticket;
    }

    private void Read()
    {
        if (_isRead || !_admission.IsCompleted)
        {
            return;
        }

        _isRead = true;
        try
        {
            _ticket = _admission.GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is RateLimitRejectedException or OperationCanceledException)
        {
            _error = error;
        }
    }
}
