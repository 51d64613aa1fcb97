namespace RateLimited.Http.History.Queries;

/// <summary>Counts by a name that may be anything: bounded in how many names it tells apart. Not thread-safe.</summary>
internal sealed class Ranking
{
    /// <summary>Names come from callers, and there may be as many as there are callers.</summary>
    public const int MostNames = 100_000;

    public const int Shown = 20;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _nameless;
    private long _others;

    public void Add(string? name, long count)
    {
        if (name is null)
        {
            _nameless += count;
        }
        else if (_counts.TryGetValue(name, out var before))
        {
            _counts[name] = before + count;
        }
        else if (_counts.Count < MostNames)
        {
            _counts.Add(name, count);
        }
        else
        {
            _others += count;
        }
    }

    public RefusalRanking Result()
    {
        var all = _counts.Select(static pair => new RankedRefusals(pair.Key, pair.Value));
        var ranked = (_nameless > 0 ? all.Append(new RankedRefusals(Name: null, _nameless)) : all)
            .OrderByDescending(static each => each.Count).ThenBy(static each => each.Name, StringComparer.Ordinal).ToList();
        return new RefusalRanking([.. ranked.Take(Shown)], ranked.Skip(Shown).Sum(static each => each.Count) + _others);
    }
}
