namespace RateLimited.Http.Alerts.Delivery;

/// <summary>
/// What one sink has yet to deliver, in order, and when it may try again. Bounded: who comes when it is full pushes out the oldest that is not just being sent, since what is newest is what is so. Not thread-safe; time
/// is handed in.
/// </summary>
internal sealed class Outbox
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LongestHint = TimeSpan.FromHours(1);

    private readonly LinkedList<(AlertNotice Notice, TimeSpan At)> _notices = new();
    private bool _isSending;
    private int _failures;
    private TimeSpan _openAt;

    /// <summary>How many notices it holds.</summary>
    public required int Capacity { get; set; }

    /// <summary>How old a notice may be that has failed.</summary>
    public required TimeSpan GiveUpAfter { get; set; }

    public int Count => _notices.Count;

    /// <summary>How many were given up, or pushed out.</summary>
    public long Dropped { get; private set; }

    /// <summary>How often in a row it failed.</summary>
    public int Failures => _failures;

    /// <returns>Whether another was pushed out for it.</returns>
    public bool Add(AlertNotice notice, TimeSpan now)
    {
        _notices.AddLast((notice, now));
        if (_notices.Count <= Capacity)
        {
            return false;
        }

        _notices.Remove(_isSending ? _notices.First!.Next! : _notices.First!);
        Dropped++;
        return true;
    }

    /// <summary>In how much time the next is to be sent; null where there is none.</summary>
    public TimeSpan? DueIn(TimeSpan now) => _notices.Count == 0 ? null : _openAt > now ? _openAt - now : TimeSpan.Zero;

    /// <summary>The next, which stays until it is known what became of it.</summary>
    public AlertNotice Begin()
    {
        _isSending = true;
        return _notices.First!.Value.Notice;
    }

    public void Delivered()
    {
        _isSending = false;
        _failures = 0;
        _notices.RemoveFirst();
    }

    /// <returns>Whether it is given up.</returns>
    public bool Failed(TimeSpan now, bool isFinal, TimeSpan? retryAfter)
    {
        _isSending = false;
        _failures++;
        var pause = retryAfter is { } asked && asked > TimeSpan.Zero ? (asked < LongestHint ? asked : LongestHint) : Pause(_failures);
        _openAt = now + pause;
        if (!isFinal && now - _notices.First!.Value.At < GiveUpAfter)
        {
            return false;
        }

        _notices.RemoveFirst();
        Dropped++;
        if (isFinal)
        {
            // It was this notice and not the sink.
            _openAt = now;
        }

        return true;
    }

    /// <summary>A second, two, four, up to five minutes.</summary>
    private static TimeSpan Pause(int failures)
    {
        const int MostDoublings = 20;
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, MostDoublings));
        return pause < LongestPause ? pause : LongestPause;
    }
}
