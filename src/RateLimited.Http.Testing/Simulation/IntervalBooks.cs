namespace RateLimited.Http.Testing.Simulation;

/// <summary>The course of a simulation in a bounded number of intervals: one that takes longer than was thought has longer ones.</summary>
internal sealed class IntervalBooks(TimeSpan duration)
{
    private const int Wanted = 60;
    private const int Most = 2 * Wanted;

    private readonly List<Entry> _entries = [];
    private long _length = Math.Max(duration.Ticks / Wanted, TimeSpan.TicksPerMillisecond);

    public Entry At(long now)
    {
        while (now / _length >= Most)
        {
            Merge();
        }

        var index = (int)(now / _length);
        while (_entries.Count <= index)
        {
            _entries.Add(new Entry());
        }

        return _entries[index];
    }

    /// <summary>All intervals up to an instant, also those in which nothing happened.</summary>
    public IReadOnlyList<SimulationInterval> Written(long end)
    {
        At(Math.Max(end - 1, 0));
        return [.. _entries.Select((entry, i) => new SimulationInterval(new TimeSpan(i * _length), new TimeSpan(_length), entry.Requests, entry.Admitted, entry.Refused, entry.MostWaiting))];
    }

    private void Merge()
    {
        _length *= 2;
        for (var i = 0; i < _entries.Count; i++)
        {
            if (i % 2 == 0)
            {
                _entries[i / 2] = _entries[i];
            }
            else
            {
                _entries[i / 2].Add(_entries[i]);
            }
        }

        _entries.RemoveRange((_entries.Count + 1) / 2, _entries.Count / 2);
    }

    /// <summary>What happened in one interval.</summary>
    public sealed class Entry
    {
        public long Requests { get; set; }

        public long Admitted { get; set; }

        public long Refused { get; set; }

        public long MostWaiting { get; private set; }

        public void NoteWaiting(long waiting) => MostWaiting = Math.Max(MostWaiting, waiting);

        public void Add(Entry later)
        {
            Requests += later.Requests;
            Admitted += later.Admitted;
            Refused += later.Refused;
            NoteWaiting(later.MostWaiting);
        }
    }
}
