namespace RateLimited.Http.Redis.Watching;

/// <summary>
/// Counts what happens in processes that come and go, by what each says that it has counted since it began. Who is heard of for the first time may have counted for long: only what it counts from then on is counted here. Not
/// thread-safe.
/// </summary>
internal sealed class FlowCount
{
    /// <summary>Who was not heard of in so many rounds, an hour of them, is forgotten: nobody's silence is that long and ends.</summary>
    private const int LongestSilence = 720;

    private readonly Dictionary<string, (FleetFlow Said, long Round)> _processes = new(StringComparer.Ordinal);
    private FleetFlow _sum = new(Admitted: 0, Refused: 0, Unexpected429: 0);
    private long _round;

    /// <summary>Takes in a round, and returns all that was counted so far.</summary>
    public FleetFlow Hear(IEnumerable<(string Process, FleetFlow Said)> round)
    {
        _round++;
        foreach (var (process, said) in round)
        {
            if (_processes.TryGetValue(process, out var last))
            {
                _sum = new FleetFlow(
                    _sum.Admitted + Math.Max(said.Admitted - last.Said.Admitted, 0),
                    _sum.Refused + Math.Max(said.Refused - last.Said.Refused, 0),
                    _sum.Unexpected429 + Math.Max(said.Unexpected429 - last.Said.Unexpected429, 0));
            }

            _processes[process] = (said, _round);
        }

        foreach (var (gone, _) in _processes.Where(process => _round - process.Value.Round > LongestSilence).ToList())
        {
            _processes.Remove(gone);
        }

        return _sum;
    }
}
