using System.Net.Http.Headers;

namespace RateLimited.Http.Pipeline;

/// <summary>The header lines of a response that is kept to be given again, as they came off the wire; without those that belong to one exchange or one caller alone. Immutable.</summary>
internal sealed class KeptHeaders
{
    private readonly KeyValuePair<string, string>[] _lines;

    private KeptHeaders(KeyValuePair<string, string>[] lines) => _lines = lines;

    public ReadOnlySpan<KeyValuePair<string, string>> Lines => _lines;

    /// <summary>The lines of a message; those that a connection, a cache on the way or a cookie jar is meant by are left out.</summary>
    public static KeptHeaders Of(HttpHeaders headers) => new(
    [
        .. from header in headers.NonValidated
           where header.Key is not ("Set-Cookie" or "Age" or "Cache-Status" or "Transfer-Encoding" or "Connection")
           from value in header.Value
           select new KeyValuePair<string, string>(header.Key, value),
    ]);

    /// <summary>Writes them on a message that has none of them.</summary>
    public void PutOn(HttpHeaders headers)
    {
        foreach (var (name, value) in _lines)
        {
#pragma warning disable RS0030 // These came off the wire, where line breaks had ended them, and go nowhere.
            headers.TryAddWithoutValidation(name, value);
#pragma warning restore RS0030
        }
    }

    /// <summary>Those of some names.</summary>
    public KeptHeaders Where(Func<string, bool> isKept) => new([.. _lines.Where(line => isKept(line.Key))]);

    /// <summary>These, with newer ones in place of those of the same names.</summary>
    public KeptHeaders With(KeptHeaders newer) => new(
    [
        .. _lines.Where(line => !Array.Exists(newer._lines, each => each.Key.Equals(line.Key, StringComparison.OrdinalIgnoreCase))),
        .. newer._lines,
    ]);
}
