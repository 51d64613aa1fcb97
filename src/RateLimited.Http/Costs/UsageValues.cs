using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs;

/// <summary>What a body told at the paths that a <see cref="JsonUsageReader"/> looks for. Of several values at one path the last counts.</summary>
public readonly struct UsageValues
{
    private readonly JsonValues _values;

    internal UsageValues(JsonValues values) => _values = values;

    /// <summary>Whether nothing was found at any path.</summary>
    public bool IsEmpty => _values.IsEmpty;

    /// <summary>The number at a path, zero or more; null where none was found, or where something stood that counts nothing: a string, a negative number, one beyond 28 digits.</summary>
    /// <param name="path">One of the paths that are looked for.</param>
    /// <exception cref="ArgumentException">It is not looked for.</exception>
    public decimal? Number(string path) => _values.Number(_values.Paths.NumberOf(path));

    /// <summary>The whole number at a path, 0 to 10^12; null where none was found, or something else.</summary>
    /// <param name="path">One of the paths that are looked for.</param>
    /// <exception cref="ArgumentException">It is not looked for.</exception>
    public long? Count(string path) => Number(path) is { } number and <= MostCounted && decimal.IsInteger(number) ? (long)number : null;

    /// <summary>The string at a path, of at most 64 bytes; null where none was found, or something else.</summary>
    /// <param name="path">One of the paths that are looked for.</param>
    /// <exception cref="ArgumentException">It is not looked for.</exception>
    public string? Text(string path) => _values.Text(_values.Paths.NumberOf(path));

    /// <summary>Whether something stands at a path that is no number which counts anything.</summary>
    /// <param name="path">One of the paths that are looked for.</param>
    /// <exception cref="ArgumentException">It is not looked for.</exception>
    public bool IsOdd(string path) => _values.IsOdd(_values.Paths.NumberOf(path)) || (Number(path) is { } number && !(number <= MostCounted));

    private const decimal MostCounted = 1_000_000_000_000;
}
