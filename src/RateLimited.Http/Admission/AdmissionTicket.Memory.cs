using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What a ticket takes on the heap while it waits.</summary>
internal sealed partial class AdmissionTicket
{
    private static readonly int Own = ManagedSize.Object(
        (2 * ManagedSize.Reference) + Unsafe.SizeOf<LinePlace>() + Unsafe.SizeOf<Awaited>() + Unsafe.SizeOf<CancellationTokenRegistration>() + sizeof(short) + (7 * sizeof(bool)));

    /// <summary>What a token keeps of whom it tells.</summary>
    private static readonly int OfRegistration = ManagedSize.Object(8 * ManagedSize.Reference);

    /// <summary>What it takes with all that nobody else holds: the task and the message of its caller are the caller's.</summary>
    public long Bytes => Own + (_details?.Bytes ?? 0) + (_registration == default ? 0 : OfRegistration);
}
