using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// The last good response to each GET of a service, to be given again when there is no new one. Bounded in number, in size and in time. Two requests share a response only if all that they say
/// is the same but for what changes with every request: neither a key's nor a tenant's answers go to another. Thread-safe.
/// </summary>
internal sealed class StaleResponses(TimeProvider time)
{
    /// <summary>Of one body: larger ones are rarely what a program degrades to.</summary>
    public const int MaxBody = 256 * 1024;

    public const int MaxEntries = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Kept>> _kept = new(StringComparer.Ordinal);
    private readonly LinkedList<Kept> _byAge = [];

    /// <summary>Whether a response is one that can be kept.</summary>
    public static bool CanKeep(HttpRequestMessage request, HttpResponseMessage response) =>
        request.Method == HttpMethod.Get
        && request.RequestUri is { IsAbsoluteUri: true }
        && response.StatusCode == HttpStatusCode.OK
        && response is not LocalResponse
        && response.Headers.CacheControl is not { NoStore: true }
        && response.Content.Headers.ContentLength is >= 0 and <= MaxBody;

    /// <summary>Reads the body into memory, from where the caller reads it too, and keeps it.</summary>
    public async Task KeepAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(MaxBody, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var kept = new Kept(KeyOf(request), time.GetTimestamp(), body, KeptHeaders.Of(response.Headers), KeptHeaders.Of(response.Content.Headers), response.Version);
        lock (_lock)
        {
            if (_kept.Remove(kept.Key, out var old))
            {
                _byAge.Remove(old);
            }

            _kept[kept.Key] = _byAge.AddLast(kept);
            if (_kept.Count > MaxEntries)
            {
                _kept.Remove(_byAge.First!.Value.Key);
                _byAge.RemoveFirst();
            }
        }
    }

    /// <summary>The last good response to a request like that, marked with its age; null where there is none that is young enough.</summary>
    public HttpResponseMessage? Find(HttpRequestMessage request, TimeSpan youngerThan)
    {
        if (request.Method != HttpMethod.Get || request.RequestUri is not { IsAbsoluteUri: true })
        {
            return null;
        }

        Kept? found;
        lock (_lock)
        {
            found = _kept.TryGetValue(KeyOf(request), out var node) ? node.Value : null;
        }

        return found is not null && time.GetElapsedTime(found.At) is var age && age <= youngerThan ? Response(found, age, request) : null;
    }

    private static HttpResponseMessage Response(Kept kept, TimeSpan age, HttpRequestMessage request)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Version = kept.Version, Content = new ByteArrayContent(kept.Body) };
        kept.Headers.PutOn(response.Headers);
        kept.ContentHeaders.PutOn(response.Content.Headers);
        response.Headers.Age = TimeSpan.FromSeconds(Math.Floor(age.TotalSeconds));

        // RFC 9211.
        response.Headers.Add("Cache-Status", string.Create(CultureInfo.InvariantCulture, $"RateLimited.Http; hit; detail=stale"));
        return response;
    }

    /// <summary>A digest: neither addresses nor keys are held in memory for it.</summary>
    private static string KeyOf(HttpRequestMessage request)
    {
        var said = request.RateLimiting();
        var text = new StringBuilder();
        Add(text, request.RequestUri!.AbsoluteUri);
        Add(text, said?.Tenant);
        Add(text, said?.Partition);
        foreach (var header in request.Headers.NonValidated)
        {
            if (!RequestHeaderKinds.IsNewEachTime(header.Key))
            {
                Add(text, header.Key.ToUpperInvariant());
                Add(text, header.Value.ToString());
            }
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>With its length before it: names that callers give may hold anything, and two of them must not read as two others.</summary>
    private static void Add(StringBuilder text, string? part) => text.Append(CultureInfo.InvariantCulture, $"{part?.Length ?? -1}:").Append(part);

    private sealed record Kept(string Key, long At, byte[] Body, KeptHeaders Headers, KeptHeaders ContentHeaders, Version Version);
}
