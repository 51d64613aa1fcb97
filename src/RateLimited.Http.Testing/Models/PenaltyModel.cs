namespace RateLimited.Http.Testing.Models;

/// <summary>
/// Refuses everything for a while after refusals, and for longer when that is ignored: Spotify's growing <c>Retry-After</c>, Discord's ban after 10 000 refusals in ten minutes. No clock and no
/// lock of its own. Not thread-safe.
/// </summary>
public sealed class PenaltyModel
{
    private readonly Queue<TimeSpan> _refusals = new();
    private TimeSpan _until = TimeSpan.MinValue;
    private TimeSpan _last;

    /// <summary>
    /// The statuses that count, whoever answered by them: 401, 403 and 429 at Discord. While there are none, as by default, refusals by limits count, and nothing else.
    /// </summary>
    public IReadOnlyCollection<int> Statuses { get; init; } = [];

    /// <summary>How many refusals within <see cref="Within"/> have no consequence. 0 by default: the first has.</summary>
    public int Tolerated { get; init; }

    /// <summary>For how long refusals are remembered, and how long one must stay quiet after a ban for the next to be the first again. A minute by default.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the first ban is. A second by default.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>By how much each further ban is longer. 2 by default; 1: all are the same.</summary>
    public double Growth { get; init; } = 2;

    /// <summary>How long a ban gets at most. An hour by default.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the ban still is; zero when there is none.</summary>
    public TimeSpan LeftAt(ArrivalTime now) => now.Monotonic < _until ? _until - now.Monotonic : TimeSpan.Zero;

    /// <summary>A request was refused, by a limit or by the ban itself.</summary>
    public void Refuse(ArrivalTime now)
    {
        var wasBanned = LeftAt(now) > TimeSpan.Zero;
        _refusals.Enqueue(now.Monotonic);
        while (now.Monotonic - _refusals.Peek() >= Within)
        {
            _refusals.Dequeue();
        }

        if (wasBanned || _refusals.Count > Tolerated)
        {
            var isForgotten = _until == TimeSpan.MinValue || now.Monotonic - _until >= Within;
            _last = TimeSpan.FromTicks((long)Math.Min(isForgotten ? First.Ticks : _last.Ticks * Growth, Longest.Ticks));
            _until = now.Monotonic + _last;
        }
    }
}
