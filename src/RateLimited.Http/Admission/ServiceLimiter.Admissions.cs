using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>What is said of requests that go, and how many have and will. Never under the lock: whoever listens is called.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>How many leases are held now.</summary>
    public long InFlight => _inFlight.Value;

    /// <summary>How many requests stand in line now.</summary>
    public int Waiting => _line.Count;

    /// <summary>Its limits in the store.</summary>
    public BoundService Bound => _service;

    private void NoteAdmitted(CheckResult result, AdmissionTicket ticket)
    {
        Telemetry.Checked(result);
        if (Telemetry.Admissions is { } observers)
        {
            observers.Tell(Service, ticket.Endpoint, ticket.Tenant);
        }
    }

    private void NoteAdmitted(in AdmissionRequest request)
    {
        Telemetry.Checked(CheckResult.Admitted);
        if (Telemetry.Admissions is { } observers)
        {
            observers.Tell(Service, request.Endpoint, request.Tenant);
        }
    }
}
