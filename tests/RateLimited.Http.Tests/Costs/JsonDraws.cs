using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RateLimited.Http.Tests.Costs;

/// <summary>JSON as anybody may write it, drawn: any shape, any text, any white space, and cut into pieces anywhere.</summary>
internal sealed class JsonDraws(int seed)
{
    private static readonly string[] Names = ["usage", "total", "model", "a", "b", "details", "choices", "", "usagé", "\"usage\"", "us\\age", "delta", new('n', 80)];

    private readonly Random _random = new(seed);

    public JsonNode Document(int depth = 4)
    {
        var node = new JsonObject();
        for (var i = _random.Next(6); i > 0; i--)
        {
            node[Names[_random.Next(Names.Length)]] = Value(depth);
        }

        return node;
    }

    /// <summary>The document as bytes, escaped as little or as much as a writer may.</summary>
    public byte[] Bytes(JsonNode document)
    {
        var options = new JsonSerializerOptions
        {
            WriteIndented = _random.Next(2) == 0,
            Encoder = _random.Next(2) == 0 ? System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping : null,
        };
        return Encoding.UTF8.GetBytes(document.ToJsonString(options));
    }

    public IEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes)
    {
        var largest = _random.Next(3) switch { 0 => 1, 1 => 7, _ => 400 };
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(1 + _random.Next(largest), bytes.Length - at);
            yield return bytes.AsMemory(at, length);
            at += length;
        }
    }

    public int Next(int bound) => _random.Next(bound);

    private JsonNode? Value(int depth) => _random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => JsonValue.Create(_random.Next(100_000)),
        1 => JsonValue.Create(_random.NextDouble() * 1000),
        2 => JsonValue.Create(Text()),
        3 => JsonValue.Create(_random.Next(2) == 0),
        4 => null,
        5 => JsonValue.Create(long.MaxValue - _random.Next(100)),
        6 => Document(depth - 1),
        _ => new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth - 1))]),
    };

    private string Text()
    {
        const string Letters = "abc \"\\/{}[]:,\n\t\r\0é漢😀\u2028usage";
        var text = new StringBuilder();
        for (var i = _random.Next(20); i > 0; i--)
        {
            var at = _random.Next(Letters.Length);
            if (char.IsHighSurrogate(Letters[at]))
            {
                text.Append(Letters, at, 2);
            }
            else if (!char.IsLowSurrogate(Letters[at]))
            {
                text.Append(Letters[at]);
            }
        }

        return text.ToString();
    }
}
