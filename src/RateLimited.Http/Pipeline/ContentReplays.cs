using System.Collections;
using System.Net.Http.Json;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>Tells of a request's content, before it is sent first, whether it can be sent again.</summary>
internal static class ContentReplays
{
    /// <summary>
    /// Known contents are known by their exact type: whoever derives from one may have changed what it does. Of any other the length decides, where it is known: it is read into memory up to a
    /// bound.
    /// </summary>
    public static ContentReplay Of(HttpContent? content, long maxBuffer)
    {
        if (content is null)
        {
            return ContentReplay.Replayable;
        }

        var type = content.GetType();
        if (type == typeof(StringContent) || type == typeof(ByteArrayContent) || type == typeof(FormUrlEncodedContent) || type == typeof(ReadOnlyMemoryContent))
        {
            return ContentReplay.Replayable;
        }

        var replay = content switch
        {
            StreamContent stream when type == typeof(StreamContent) => OfStream(stream),
            MultipartContent parts when type == typeof(MultipartContent) || type == typeof(MultipartFormDataContent) => OfParts(parts),
            JsonContent json => json.Value is null or string or ICollection || json.Value is not (IEnumerable or IAsyncEnumerable<object>) ? ContentReplay.Replayable : ContentReplay.Once,
            _ => ContentReplay.Once,
        };
        if (replay == ContentReplay.Replayable)
        {
            return replay;
        }

        return content.Headers.ContentLength switch
        {
            null => replay,
            { } length when length <= maxBuffer && maxBuffer > 0 => ContentReplay.AfterBuffering,
            _ => ContentReplay.TooLarge,
        };
    }

    /// <summary>
    /// A stream content goes back to where its stream stood when it was made, for the second time and all later ones. So a stream that was moved since then would be sent from two places.
    /// </summary>
    private static ContentReplay OfStream(StreamContent content)
    {
        try
        {
            var stream = content.ReadAsStream();
            return stream.CanSeek && content.Headers.ContentLength == stream.Length - stream.Position ? ContentReplay.Replayable : ContentReplay.Once;
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or ObjectDisposedException or InvalidOperationException)
        {
            return ContentReplay.Once;
        }
    }

    private static ContentReplay OfParts(MultipartContent parts)
    {
        foreach (var part in parts)
        {
            if (Of(part, maxBuffer: 0) != ContentReplay.Replayable)
            {
                return ContentReplay.Once;
            }
        }

        return ContentReplay.Replayable;
    }
}
