namespace RateLimited.Http.AI.Tokens;

/// <summary>The lengths of the last answers, kept in order, so that how long nearly all of them are is known exactly and what was true last week is forgotten. One thread at a time.</summary>
internal sealed class AnswerLengths
{
    private const int Most = 128;

    /// <summary>From so many on the longest of them is left out, as one in so many is.</summary>
    private const int OneIn = 20;

    private readonly long[] _byAge = new long[Most];
    private readonly long[] _bySize = new long[Most];
    private int _count;
    private int _oldest;

    /// <summary>What all but one in twenty do not exceed. Before twenty were seen it is no less than what was expected beforehand.</summary>
    /// <param name="first">What was expected beforehand.</param>
    public long Upper(long first) =>
        _count >= OneIn ? _bySize[_count - 1 - (_count / OneIn)]
        : _count > 0 ? Math.Max(first, _bySize[_count - 1])
        : first;

    public void Add(long length)
    {
        if (_count == Most)
        {
            Remove(_byAge[_oldest]);
        }

        var at = Array.BinarySearch(_bySize, 0, _count, length);
        at = at < 0 ? ~at : at;
        Array.Copy(_bySize, at, _bySize, at + 1, _count - at);
        _bySize[at] = length;
        _count++;
        _byAge[_oldest] = length;
        _oldest = (_oldest + 1) % Most;
    }

    private void Remove(long length)
    {
        var at = Array.BinarySearch(_bySize, 0, _count, length);
        _count--;
        Array.Copy(_bySize, at + 1, _bySize, at, _count - at);
    }
}
