using System.Globalization;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>What happened in a world: the latest events in words, and all of them as one number, by which two runs are the same or not.</summary>
internal sealed class Trace
{
    public const int Kept = 50;

    private readonly Queue<string> _latest = new();
    private ulong _hash = 14_695_981_039_346_656_037;

    /// <summary>How many events there were.</summary>
    public long Count { get; private set; }

    /// <summary>All events so far as one number (FNV-1a).</summary>
    public ulong Hash => _hash;

    /// <summary>What the world is like.</summary>
    public List<string> Head { get; } = [];

    /// <summary>Every event is kept, and not only the latest.</summary>
    public List<string>? All { get; init; }

    public IReadOnlyCollection<string> Latest => _latest;

    public void Note(long now, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{now / (double)TimeSpan.TicksPerMillisecond,12:0.0000} ms  {what}");
        foreach (var c in line)
        {
            _hash = (_hash ^ c) * 1_099_511_628_211;
        }

        Count++;
        All?.Add(line);
        _latest.Enqueue(line);
        if (_latest.Count > Kept)
        {
            _latest.Dequeue();
        }
    }
}
