namespace RateLimited.Http.Telemetry.Traffic;

/// <summary>
/// How many requests fell to which name, of any number of names in a fixed number of places: the counters of Misra and Gries (Finding repeated elements, 1982). What is counted of a name is never more than the truth, and
/// less by at most one in <see cref="Places"/> of all requests; whoever has more than that is never missed. Not thread-safe.
/// </summary>
internal sealed class TopShares
{
    public const int Places = 128;

    /// <summary>Names come from callers: a longer one is cut.</summary>
    public const int LongestName = 256;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>All requests, whatever their name.</summary>
    public long All { get; private set; }

    /// <summary>Those without a name.</summary>
    public long Unnamed { get; private set; }

    /// <summary>How many more than are counted a name may have had at most, whether it is counted or not.</summary>
    public long Missed { get; private set; }

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public static string Cut(string name) => name.Length > LongestName ? name[..LongestName] : name;

    /// <summary>So many requests without a name.</summary>
    public void AddUnnamed(long requests)
    {
        All += requests;
        Unnamed += requests;
    }

    public void Add(string? name)
    {
        if (name is null)
        {
            AddUnnamed(1);
            return;
        }

        All++;

        var cut = Cut(name);
        if (_counts.TryGetValue(cut, out var count))
        {
            _counts[cut] = count + 1;
        }
        else if (_counts.Count < Places)
        {
            _counts.Add(cut, 1);
        }
        else
        {
            // The newcomer and one of each of the others go: what is taken was added before, so that a request costs a few steps, however many names there are.
            Missed++;
            foreach (var (other, held) in _counts)
            {
                if (held == 1)
                {
                    _counts.Remove(other);
                }
                else
                {
                    _counts[other] = held - 1;
                }
            }
        }
    }
}
