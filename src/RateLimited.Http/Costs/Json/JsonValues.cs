using System.Buffers.Text;
using System.Text;

namespace RateLimited.Http.Costs.Json;

/// <summary>The values that were found at paths. Of several at one path the last counts: streams report again and again. Bounded: a value keeps at most so many bytes.</summary>
internal sealed class JsonValues(JsonPaths paths)
{
    /// <summary>What is longer is no count and no name of a model.</summary>
    public const int MaxValue = JsonScanner.MaxToken;

    private readonly byte[] _bytes = new byte[paths.Paths.Count * MaxValue];
    private readonly (Kind Kind, byte Length)[] _values = new (Kind, byte)[paths.Paths.Count];

    private enum Kind : byte
    {
        None,
        Number,
        Text,
        Odd,
    }

    /// <summary>The paths that were looked for.</summary>
    public JsonPaths Paths { get; } = paths;

    /// <summary>Whether anything was found at all.</summary>
    public bool IsEmpty => !Array.Exists(_values, static value => value.Kind != Kind.None);

    /// <summary>How the names end that are still looked for.</summary>
    public IReadOnlyList<byte[]> Ends
    {
        get
        {
            var once = _values.AsSpan(Paths.Once);
            foreach (var value in once)
            {
                if (value.Kind != Kind.None)
                {
                    return Paths.EndsWithoutOnce;
                }
            }

            return Paths.Ends;
        }
    }

    /// <summary>The first path at which something stands that is neither a number nor a text that can be kept, or null.</summary>
    public string? Odd => Array.FindIndex(_values, static value => value.Kind == Kind.Odd) is >= 0 and var path ? Paths.Paths[path] : null;

    /// <summary>The number at a path, zero or more; null where none was found, or something else, or one that is no count of anything.</summary>
    public decimal? Number(int path)
    {
        var (kind, length) = _values[path];
        var text = _bytes.AsSpan(path * MaxValue, length);
        return kind == Kind.Number && Utf8Parser.TryParse(text, out decimal number, out var read) && read == length && number >= 0 ? number : null;
    }

    /// <summary>The string at a path, or null.</summary>
    public string? Text(int path)
    {
        var (kind, length) = _values[path];
        return kind == Kind.Text ? Encoding.UTF8.GetString(_bytes.AsSpan(path * MaxValue, length)) : null;
    }

    /// <summary>The number or the string at a path, as it is written, or null.</summary>
    public string? AsText(int path) =>
        _values[path] is { Kind: Kind.Number or Kind.Text, Length: var length } ? Encoding.UTF8.GetString(_bytes.AsSpan(path * MaxValue, length)) : null;

    /// <summary>Whether something stands at a path that is no number that counts anything.</summary>
    public bool IsOdd(int path) => _values[path].Kind is Kind.Odd or Kind.Text || (_values[path].Kind == Kind.Number && Number(path) is null);

    public void SayNumber(int path, ReadOnlySpan<byte> number) => Say(path, number.IsEmpty ? Kind.Odd : Kind.Number, number);

    public void BeginText(int path) => Say(path, Kind.Text, default);

    /// <summary>Adds to the string at a path; one that becomes too long is none that is looked for.</summary>
    public void AddText(int path, ReadOnlySpan<byte> text)
    {
        ref var value = ref _values[path];
        if (value.Kind != Kind.Text || value.Length + (long)text.Length > MaxValue)
        {
            value = (Kind.Odd, 0);
            return;
        }

        text.CopyTo(_bytes.AsSpan((path * MaxValue) + value.Length));
        value.Length += (byte)text.Length;
    }

    public void SayOdd(int path) => _values[path] = (Kind.Odd, 0);

    private void Say(int path, Kind kind, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(path * MaxValue));
        _values[path] = (kind, (byte)bytes.Length);
    }
}
