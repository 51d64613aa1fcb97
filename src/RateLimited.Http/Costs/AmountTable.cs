using System.Collections.Frozen;

namespace RateLimited.Http.Costs;

/// <summary>Amounts by a name such as a model's: the name itself, or the longest beginning that is written with a <c>*</c> behind it. Case does not matter. Immutable.</summary>
internal sealed class AmountTable<T>
{
    private readonly FrozenDictionary<string, T> _exact;
    private readonly (string Beginning, T Amount)[] _beginnings;

    public AmountTable(IEnumerable<KeyValuePair<string, T>> amounts)
    {
        var all = amounts.ToArray();
        _exact = all.Where(static amount => !amount.Key.EndsWith('*')).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _beginnings = [.. all.Where(static amount => amount.Key.EndsWith('*')).Select(static amount => (amount.Key[..^1], amount.Value)).OrderByDescending(static amount => amount.Item1.Length)];
    }

    /// <summary>Finds the amount of a name.</summary>
    public bool TryFind(string name, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T amount)
    {
        if (_exact.TryGetValue(name, out amount))
        {
            return true;
        }

        foreach (var (beginning, found) in _beginnings)
        {
            if (name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                amount = found;
                return true;
            }
        }

        return false;
    }
}
