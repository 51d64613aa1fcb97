using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>What is said of requests that go. Never under the lock: whoever listens is called.</summary>
internal sealed partial class ServiceLimiter
{
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
