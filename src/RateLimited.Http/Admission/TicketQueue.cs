using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Where a ticket keeps its position in a queue.</summary>
internal interface ITicketPosition
{
    static abstract ref uint Of(AdmissionTicket ticket);
}

/// <summary>Tickets in the order they came. Any of them can be taken out.</summary>
/// <remarks>
/// An array and not a list through the tickets: who waited for long has gone cold, and a list says where the next stands only once the one before it has come from memory. Whoever
/// leaves from the middle leaves a gap, which is closed when the array would have to grow. Positions wrap around: they say how far apart two places are, which is never more than the array is long.
/// </remarks>
internal sealed class TicketQueue<TPosition>
    where TPosition : struct, ITicketPosition
{
    private const int FirstCapacity = 4;

    /// <summary>How many slots are kept for when it is used again.</summary>
    private const int MostKept = 1024;

    private static readonly int Own = ManagedSize.Object(ManagedSize.Reference + (3 * sizeof(int)));

    // A power of two: a position's place in it is its lowest bits.
    private AdmissionTicket?[] _slots = new AdmissionTicket?[FirstCapacity];
    private uint _begin;
    private uint _end;

    public int Count { get; private set; }

    /// <summary>What it takes on the heap without its tickets.</summary>
    public long Bytes => Own + ManagedSize.Array(_slots.Length, ManagedSize.Reference);

    public AdmissionTicket? First => _slots[SlotOf(_begin)];

    public AdmissionTicket? Last => _slots[SlotOf(_end - 1)];

    public void AddLast(AdmissionTicket ticket)
    {
        if (_end - _begin == (uint)_slots.Length)
        {
            MakeRoom();
        }

        TPosition.Of(ticket) = _end;
        _slots[SlotOf(_end++)] = ticket;
        Count++;
    }

    public void Remove(AdmissionTicket ticket)
    {
        _slots[SlotOf(TPosition.Of(ticket))] = null;
        Count--;
        CloseEnds();
    }

    /// <summary>Takes out the first so many, which stand side by side.</summary>
    public void RemoveFirst(int count)
    {
        Array.Clear(_slots, SlotOf(_begin), count);
        _begin += (uint)count;
        Count -= count;
        CloseEnds();
    }

    /// <summary>The first, at most so many, as far as they stand side by side. Where somebody has left there is a gap.</summary>
    public ReadOnlySpan<AdmissionTicket?> Front(int most)
    {
        var start = SlotOf(_begin);
        return _slots.AsSpan(start, Math.Min(Math.Min(most, _slots.Length - start), (int)(_end - _begin)));
    }

    /// <summary>Adds all of another queue, in its order.</summary>
    public void AddAll<TOther>(TicketQueue<TOther> other)
        where TOther : struct, ITicketPosition
    {
        for (var position = other._begin; position != other._end; position++)
        {
            if (other._slots[other.SlotOf(position)] is { } ticket)
            {
                AddLast(ticket);
            }
        }
    }

    private int SlotOf(uint position) => (int)(position & (uint)(_slots.Length - 1));

    private void CloseEnds()
    {
        if (Count == 0)
        {
            _begin = _end;
            if (_slots.Length > MostKept)
            {
                _slots = new AdmissionTicket?[FirstCapacity];
            }

            return;
        }

        while (_slots[SlotOf(_begin)] is null)
        {
            _begin++;
        }

        while (_slots[SlotOf(_end - 1)] is null)
        {
            _end--;
        }
    }

    private void MakeRoom()
    {
        var previous = _slots;
        var (begin, end) = (_begin, _end);
        var mask = (uint)(previous.Length - 1);
        if (Count > previous.Length / 2)
        {
            _slots = new AdmissionTicket?[previous.Length * 2];
            for (var position = begin; position != end; position++)
            {
                _slots[SlotOf(position)] = previous[position & mask];
            }

            return;
        }

        _slots = new AdmissionTicket?[previous.Length];
        (_begin, _end, Count) = (0, 0, 0);
        for (var position = begin; position != end; position++)
        {
            if (previous[position & mask] is { } ticket)
            {
                AddLast(ticket);
            }
        }
    }
}

/// <summary>The position in the ticket's lane.</summary>
internal readonly struct InLane : ITicketPosition
{
    public static ref uint Of(AdmissionTicket ticket) => ref ticket.Place.InLane;
}

/// <summary>The position in the ticket's priority class, in the order they came into it.</summary>
internal readonly struct InClass : ITicketPosition
{
    public static ref uint Of(AdmissionTicket ticket) => ref ticket.Place.InClass;
}

/// <summary>The position among those that have the line's own timeout, which expire in the order they came.</summary>
internal readonly struct InDue : ITicketPosition
{
    public static ref uint Of(AdmissionTicket ticket) => ref ticket.Details.InDue;
}
