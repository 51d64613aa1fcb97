using System.Collections.Concurrent;

namespace RateLimited.Http.Admission;

/// <summary>Tickets that are ready for their next use. Bounded; thread-safe.</summary>
internal sealed class TicketPool(Completion completion)
{
    private const int Most = 256;

    private readonly ConcurrentQueue<AdmissionTicket> _spares = new();
    private AdmissionTicket? _spare;
    private int _count;

    public AdmissionTicket Rent()
    {
        var spare = _spare;
        if (spare is not null && Interlocked.CompareExchange(ref _spare, null, spare) == spare)
        {
            return spare;
        }

        if (Volatile.Read(ref _count) > 0 && _spares.TryDequeue(out var queued))
        {
            Interlocked.Decrement(ref _count);
            return queued;
        }

        return new AdmissionTicket(completion);
    }

    public void Return(AdmissionTicket ticket)
    {
        // Whoever let many go at once does not ready what nobody will keep.
        if ((_spare is not null && Volatile.Read(ref _count) >= Most) || !ticket.TryReset())
        {
            return;
        }

        if (_spare is null)
        {
            // Not interlocked: of two that come at once one is lost, which costs no more than making another.
            Volatile.Write(ref _spare, ticket);
            return;
        }

        if (Interlocked.Increment(ref _count) <= Most)
        {
            _spares.Enqueue(ticket);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
