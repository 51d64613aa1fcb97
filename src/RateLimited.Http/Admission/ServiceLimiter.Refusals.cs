using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>What is said of requests that are refused. Never under the lock: whoever listens is called.</summary>
internal sealed partial class ServiceLimiter
{
    private long _refusedCount;

    private void NoteRefused(RejectionReason reason, string? limit, Partition? by, AdmissionTicket ticket)
    {
        CountRefused(reason, limit);
        if (Telemetry.Observers is { } observers)
        {
            observers.Tell(RefusedOf(reason, limit, by, ticket.Request));
        }
    }

    private void NoteRefused(RejectionReason reason, string? limit, Partition? by, in AdmissionRequest request)
    {
        CountRefused(reason, limit);
        if (Telemetry.Observers is { } observers)
        {
            observers.Tell(RefusedOf(reason, limit, by, request));
        }
    }

    private void CountRefused(RejectionReason reason, string? limit)
    {
        Interlocked.Increment(ref _refusedCount);
        Telemetry.Checked(CheckResult.Refused);
        Telemetry.Refused(reason, limit);
    }

    private RefusedRequest RefusedOf(RejectionReason reason, string? limit, Partition? by, in AdmissionRequest request) => new()
    {
        Service = Service,
        Reason = reason,
        Limit = limit,
        Endpoint = request.Endpoint,
        Tenant = request.Tenant,
        Key = by is null ? null : KeyBinder.OwnerOf(by.Limit, request.Endpoint),
        Priority = request.Priority,
    };
}
