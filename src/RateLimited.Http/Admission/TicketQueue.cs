namespace RateLimited.Http.Admission;

/// <summary>The tickets of one lane, in the order they go. Any of them can be taken out.</summary>
/// <remarks>
/// An array and not a list through the tickets: who waited for long has gone cold, and a list says where the next stands only once the one before it has come from memory. Whoever
/// leaves from the middle leaves a gap, which is closed when the array would have to grow.
/// </remarks>
internal sealed class TicketQueue
{
    private const int FirstCapacity = 4;

    // A power of two: a position's place in it is its lowest bits.
    private AdmissionTicket?[] _slots = new AdmissionTicket?[FirstCapacity];
    private long _begin;
    private long _end;

    public int Count { get; private set; }

    public AdmissionTicket? First => _slots[SlotOf(_begin)];

    public void AddLast(AdmissionTicket ticket)
    {
        if (_end - _begin == _slots.Length)
        {
            MakeRoom();
        }

        ticket.Place.Position = _end;
        _slots[SlotOf(_end++)] = ticket;
        Count++;
    }

    public void Remove(AdmissionTicket ticket)
    {
        _slots[SlotOf(ticket.Place.Position)] = null;
        if (--Count == 0)
        {
            _begin = _end;
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

    /// <summary>The first, at most so many, as far as they stand side by side. Where somebody has left there is a gap.</summary>
    public ReadOnlySpan<AdmissionTicket?> Front(int most)
    {
        var start = SlotOf(_begin);
        return _slots.AsSpan(start, (int)Math.Min(Math.Min(most, _slots.Length - start), _end - _begin));
    }

    private int SlotOf(long position) => (int)position & (_slots.Length - 1);

    private void MakeRoom()
    {
        var previous = _slots;
        var (begin, end) = (_begin, _end);
        if (Count > previous.Length / 2)
        {
            _slots = new AdmissionTicket?[previous.Length * 2];
            for (var position = begin; position < end; position++)
            {
                _slots[SlotOf(position)] = previous[(int)position & (previous.Length - 1)];
            }

            return;
        }

        _slots = new AdmissionTicket?[previous.Length];
        (_begin, _end, Count) = (0, 0, 0);
        for (var position = begin; position < end; position++)
        {
            if (previous[(int)position & (previous.Length - 1)] is { } ticket)
            {
                AddLast(ticket);
            }
        }
    }
}
