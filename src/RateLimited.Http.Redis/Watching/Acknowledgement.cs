using System.Text.Json;

namespace RateLimited.Http.Redis.Watching;

/// <summary>That somebody knows of an alert, whichever process has it. Immutable.</summary>
/// <param name="Id">The alert's.</param>
/// <param name="By">Who; null where that is not known.</param>
internal sealed record Acknowledgement(string Id, string? By)
{
    /// <summary>For how long it is told: whoever has the alert hears of it within seconds, and within minutes where Redis was away.</summary>
    public static readonly TimeSpan Lives = TimeSpan.FromMinutes(10);

    private const int LongestId = 300;

    /// <summary>An alert book shortens it to less.</summary>
    private const int LongestName = 100;

    /// <summary>Null for what is no alert's id.</summary>
    public static Acknowledgement? Known(string id, string? by) =>
        id.Length is > 0 and <= LongestId ? new Acknowledgement(id, by is { Length: > LongestName } ? by[..LongestName] : by) : null;

    /// <summary>What somebody said; null for what nobody says.</summary>
    public static Acknowledgement? Of(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ProcessReportJson.Default.Acknowledgement) is { Id: not null } known ? Known(known.Id, known.By) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>On one line: JSON escapes whatever would end it.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ProcessReportJson.Default.Acknowledgement);
}
