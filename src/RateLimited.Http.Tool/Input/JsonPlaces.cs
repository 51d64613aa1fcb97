using System.Globalization;
using System.Text.Json;

namespace RateLimited.Http.Tool.Input;

/// <summary>On which line of a JSON file each path of its configuration stands. Read as the configuration reads it: comments and trailing commas are allowed, case does not matter.</summary>
internal sealed class JsonPlaces
{
    private const int MaxDepth = 64;

    private readonly Dictionary<string, int> _lines = new(StringComparer.OrdinalIgnoreCase);

    private JsonPlaces()
    {
    }

    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonPlaces Of(ReadOnlySpan<byte> json)
    {
        var places = new JsonPlaces();
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (json.StartsWith(mark))
        {
            json = json[mark.Length..];
        }

        places.Walk(json);
        return places;
    }

    /// <summary>The line of a path, or of the nearest above it that is in the file.</summary>
    public int? LineOf(string path)
    {
        for (var known = path; known.Length > 0; known = known[..Math.Max(known.LastIndexOf(':'), 0)])
        {
            if (_lines.TryGetValue(known, out var line))
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>Where in the text something is wrong, in words.</summary>
    public static string Words(JsonException fault) =>
        string.Create(CultureInfo.InvariantCulture, $"line {fault.LineNumber.GetValueOrDefault() + 1}, byte {fault.BytePositionInLine.GetValueOrDefault() + 1}");

    private void Walk(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth });
        var above = new Stack<(string Path, int Next)>();
        var (path, line, counted) = (string.Empty, 1, 0L);
        while (reader.Read())
        {
            var start = reader.TokenStartIndex;
            line += json[(int)counted..(int)start].Count((byte)'\n');
            counted = start;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                path = Below(above.Peek().Path, reader.GetString()!);
                _lines.TryAdd(path, line);
                continue;
            }

            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                above.Pop();
                path = NextOf(above);
                continue;
            }

            _lines.TryAdd(path, line);
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                above.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
            }

            path = NextOf(above);
        }
    }

    /// <summary>The path of the next element, where an array is open.</summary>
    private static string NextOf(Stack<(string Path, int Next)> above)
    {
        if (!above.TryPeek(out var open) || open.Next < 0)
        {
            return string.Empty;
        }

        above.Pop();
        above.Push((open.Path, open.Next + 1));
        return Below(open.Path, open.Next.ToString(CultureInfo.InvariantCulture));
    }

    private static string Below(string path, string key) => path.Length == 0 ? key : $"{path}:{key}";
}
