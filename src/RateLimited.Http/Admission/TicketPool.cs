using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>Tickets that are ready for their next use: one for each processor, which threads that run at once need not pass to each other, and some more. Bounded; thread-safe.</summary>
internal sealed class TicketPool(Completion completion)
{
    private const int Most = 256;

    private readonly ConcurrentQueue<AdmissionTicket> _spares = new();

    // Where everything happens on one thread there is one, so that the same tickets are used each time.
    private readonly Slot[] _slots = new Slot[completion == Completion.Inline ? 1 : ProcessorSlots.Count];
    private int _count;

    public AdmissionTicket Rent()
    {
        ref var slot = ref _slots[ProcessorSlots.Mine & (_slots.Length - 1)];
        var spare = slot.Spare;
        if (spare is not null && Interlocked.CompareExchange(ref slot.Spare, null, spare) == spare)
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
        ref var slot = ref _slots[ProcessorSlots.Mine & (_slots.Length - 1)];

        // Whoever let many go at once does not ready what nobody will keep.
        if ((slot.Spare is not null && Volatile.Read(ref _count) >= Most) || !ticket.TryReset())
        {
            return;
        }

        if (slot.Spare is null)
        {
            // Not interlocked: of two that come at once one is lost, which costs no more than making another.
            Volatile.Write(ref slot.Spare, ticket);
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

    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLine)]
    private struct Slot
    {
        private const int CacheLine = 64;

        [FieldOffset(0)]
        public AdmissionTicket? Spare;
    }
}
