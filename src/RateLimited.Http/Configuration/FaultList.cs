namespace RateLimited.Http.Configuration;

/// <summary>All that is wrong, found in one go.</summary>
internal sealed class FaultList
{
    /// <summary>Nobody reads more, and hostile configuration can hold millions.</summary>
    private const int MaxFaults = 200;

    private readonly List<Fault> _faults = [];
    private int _left;

    public int Count => _faults.Count;

    public void Add(string path, string value, string right)
    {
        if (_faults.Count < MaxFaults)
        {
            _faults.Add(new Fault(Fault.Excerpt(path, MaxPathLength), value, right));
        }
        else
        {
            _left++;
        }
    }

    /// <summary>Adds a fault unless one is known at its place, above it or below it: then it is but a consequence.</summary>
    public void AddUnlessCovered(FaultList known, Fault fault)
    {
        foreach (var other in known._faults)
        {
            if (Within(fault.Path, other.Path) || Within(other.Path, fault.Path))
            {
                return;
            }
        }

        Add(fault.Path, fault.Value, fault.Right);
    }

    public IReadOnlyList<string> Sentences()
    {
        var sentences = _faults.ConvertAll(static fault => fault.ToString());
        if (_left > 0)
        {
            sentences.Add($"{_left} more faults are not listed.");
        }

        return sentences;
    }

    private const int MaxPathLength = 400;

    private static bool Within(string path, string other) =>
        path.StartsWith(other, StringComparison.OrdinalIgnoreCase) && (path.Length == other.Length || path[other.Length] == ':');
}
