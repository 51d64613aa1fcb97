using System.Text.Json;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tool.Input;

/// <summary>An access log as JSON Lines: one object a line, whose members are the fields.</summary>
internal static class JsonLinesLog
{
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 16 };

    public static IEnumerable<LogEntry> Read(string path, LogText text, LogFields fields)
    {
        while (text.TakeLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Entry($"{InputFile.Shown(path)}, line {text.Line}", line, fields);
            }
        }
    }

    private static LogEntry Entry(string place, string line, LogFields fields)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Bounded);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new BadInputException($"{place}: {document.RootElement.ValueKind.ToString().ToLowerInvariant()} → an object whose members are the fields of a request.");
            }

            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (Text(member.Value) is { } text && fields.Take(member.Name, text) is { } right)
                {
                    throw new BadInputException($"{place}, {Fault.Excerpt(member.Name)}: {Fault.Quote(text)} → {right}.");
                }
            }
        }
        catch (JsonException fault)
        {
            throw new BadInputException($"{place}: no valid JSON.", fault);
        }
        catch (InvalidOperationException fault)
        {
            // A text with half of a surrogate pair.
            throw new BadInputException($"{place}: no valid text.", fault);
        }

        return fields.End() ?? throw new BadInputException($"{place}: no time → one.");
    }

    /// <summary>What is no value in itself is no field.</summary>
    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
