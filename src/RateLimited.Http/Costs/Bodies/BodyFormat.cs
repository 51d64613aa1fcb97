namespace RateLimited.Http.Costs.Bodies;

/// <summary>What a body that JSON stands in is written as, and how it is compressed.</summary>
/// <param name="IsEventStream">Server-sent events; else one document or lines of documents.</param>
/// <param name="Coding">The content coding, in lower case; empty where there is none.</param>
internal readonly record struct BodyFormat(bool IsEventStream, string Coding)
{
    private const string EventStream = "text/event-stream";

    /// <summary>Reads the format from a content's headers, as they came: reading them by their types would rewrite them. Null where no JSON stands in it, or compressed in a way that is not known.</summary>
    public static BodyFormat? Of(HttpContent content)
    {
        var type = Only(content, "Content-Type");
        var end = type.IndexOf(';', StringComparison.Ordinal);
        var media = (end < 0 ? type.AsSpan() : type.AsSpan(0, end)).Trim();
        var isEvents = media.Equals(EventStream, StringComparison.OrdinalIgnoreCase);
        if (!isEvents && !media.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var coding = Only(content, "Content-Encoding").Trim().ToLowerInvariant();
        return BodyDecoder.Knows(coding) ? new BodyFormat(isEvents, coding) : null;
    }

    /// <summary>A header's value; of several lines all, which then is a value that nothing knows.</summary>
    private static string Only(HttpContent content, string header) => content.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : string.Empty;
}
