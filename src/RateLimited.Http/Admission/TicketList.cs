namespace RateLimited.Http.Admission;

/// <summary>A ticket's neighbours in one list.</summary>
internal struct TicketLink
{
    public AdmissionTicket? Previous;
    public AdmissionTicket? Next;
}

/// <summary>Which of a ticket's links a list uses.</summary>
internal interface ITicketLinks
{
    static abstract ref TicketLink Of(AdmissionTicket ticket);
}

/// <summary>A list of tickets that are linked through themselves: joining, leaving from anywhere and moving cost nothing but a few writes.</summary>
internal sealed class TicketList<TLinks>
    where TLinks : struct, ITicketLinks
{
    public AdmissionTicket? First { get; private set; }

    public AdmissionTicket? Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(AdmissionTicket ticket)
    {
        ref var link = ref TLinks.Of(ticket);
        link.Previous = Last;
        link.Next = null;
        if (Last is null)
        {
            First = ticket;
        }
        else
        {
            TLinks.Of(Last).Next = ticket;
        }

        Last = ticket;
        Count++;
    }

    public void Remove(AdmissionTicket ticket)
    {
        ref var link = ref TLinks.Of(ticket);
        if (link.Previous is null)
        {
            First = link.Next;
        }
        else
        {
            TLinks.Of(link.Previous).Next = link.Next;
        }

        if (link.Next is null)
        {
            Last = link.Previous;
        }
        else
        {
            TLinks.Of(link.Next).Previous = link.Previous;
        }

        link = default;
        Count--;
    }
}

/// <summary>The tickets of one priority class, in the order they came into it.</summary>
internal readonly struct ArrivalLinks : ITicketLinks
{
    public static ref TicketLink Of(AdmissionTicket ticket) => ref ticket.Place.InClass;
}

/// <summary>The tickets that have the line's own timeout, which expire in the order they came.</summary>
internal readonly struct DueLinks : ITicketLinks
{
    public static ref TicketLink Of(AdmissionTicket ticket) => ref ticket.Place.InDue;
}
