using System.Net;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Stored;

/// <summary>An answer that is kept. Immutable: one that was confirmed is replaced by another.</summary>
internal sealed class StoredResponse
{
    /// <summary>What objects, entries of tables and the digests take besides the bytes that came.</summary>
    private const int Overhead = 1024;

    public required RequestKey Key { get; init; }

    /// <summary>The values of the request's headers that it varies by.</summary>
    public required Digest Variant { get; init; }

    public required ResponseFacts Facts { get; init; }

    public required Freshness Freshness { get; init; }

    /// <summary>When it came, by the cache's own clock.</summary>
    public required TimeSpan At { get; init; }

    public required KeptHeaders Headers { get; init; }

    public required KeptHeaders ContentHeaders { get; init; }

    public required byte[] Body { get; init; }

    public required Version Version { get; init; }

    public string? Reason { get; init; }

    /// <summary>About what it takes of memory.</summary>
    public long Size => field > 0 ? field : field = Overhead + Body.Length + TextOf(Headers) + TextOf(ContentHeaders);

    /// <summary>The same with its body, once that is whole.</summary>
    public StoredResponse WithBody(byte[] body) => new()
    {
        Key = Key,
        Variant = Variant,
        Facts = Facts,
        Freshness = Freshness,
        At = At,
        Headers = Headers,
        ContentHeaders = ContentHeaders,
        Body = body,
        Version = Version,
        Reason = Reason,
    };

    public TimeSpan AgeAt(TimeSpan now) => Freshness.InitialAge + (now - At);

    /// <summary>The response to a request, with its age. Without its body where only the head was asked for.</summary>
    public HttpResponseMessage ToResponse(HttpRequestMessage request, TimeSpan now)
    {
        var response = new HttpResponseMessage((HttpStatusCode)Facts.Status)
        {
            RequestMessage = request,
            Version = Version,
            ReasonPhrase = Reason,
            Content = new ByteArrayContent(request.Method == HttpMethod.Head ? [] : Body),
        };
        Headers.PutOn(response.Headers);
        ContentHeaders.PutOn(response.Content.Headers);
        response.Headers.Age = TimeSpan.FromSeconds(Math.Floor(Math.Min(AgeAt(now).TotalSeconds, CacheDirectives.MostSeconds)));
        return response;
    }

    private static long TextOf(KeptHeaders headers)
    {
        var characters = 0L;
        foreach (var (name, value) in headers.Lines)
        {
            characters += name.Length + value.Length;
        }

        return characters * sizeof(char);
    }
}
