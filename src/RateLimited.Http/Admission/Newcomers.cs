using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Plain requests that come to a line while somebody holds it up and nothing else happens to it. All that joining comes to then is to stand behind: a gate does, and the line's lock is
/// taken once for many. Whoever holds the lock closes it first and puts those who came in line, so that they have stood there all the time. Thread-safe.
/// </summary>
internal sealed class Newcomers
{
    /// <summary>How many come before they are put in line: enough that the lock does not count, and few enough to be in the cache still.</summary>
    private const int Most = 256;

    private AdmissionTicket[] _tickets = [];
    private LimitPlan? _plan;
    private int _count;
    private int _room;
    private long _until;
    private Gate _gate;

    /// <summary>The limits of those who may come now; null while nobody may. To be looked at without the gate.</summary>
    public LimitPlan? Plan => Volatile.Read(ref _room) > 0 ? _plan : null;

    /// <summary>Whether it was opened and not closed yet. Only under the line's lock.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Lets a ticket in, if it is open to its like at an instant.</summary>
    public bool TryAdd(AdmissionTicket ticket, long now)
    {
        _gate.Enter();
        var isIn = _room > 0 && now < _until && ReferenceEquals(ticket.Plan, _plan);
        if (isIn)
        {
            ticket.Place.Since = now;
            _tickets[_count++] = ticket;
            _room--;
        }

        _gate.Exit();
        return isIn;
    }

    /// <summary>Opens to so many, until an instant. Only under the line's lock.</summary>
    public void Open(LimitPlan plan, int room, long until)
    {
        if (_tickets.Length == 0)
        {
            _tickets = new AdmissionTicket[Most];
        }

        _gate.Enter();
        (_plan, _until) = (plan, until);
        Volatile.Write(ref _room, Math.Min(room, Most));
        _gate.Exit();
        IsOpen = true;
    }

    /// <summary>Closes, and puts those who came in line. Only under the line's lock.</summary>
    public void Close(WaitingLine line)
    {
        _gate.Enter();
        var count = _count;
        (_count, _plan) = (0, null);
        Volatile.Write(ref _room, 0);
        _gate.Exit();
        IsOpen = false;
        var came = _tickets.AsSpan(0, count);
        line.AddToOpenLane(came);
        came.Clear();
    }
}
