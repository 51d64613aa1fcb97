using System.Net.Http.Headers;

namespace RateLimited.Http.Arena.Clients;

/// <summary>What programs do that have several keys and no pool of them: each request goes with the next one, as its bearer. Thread-safe.</summary>
internal sealed class KeyRotation : HttpMessageHandler
{
    private readonly (AuthenticationHeaderValue Bearer, HttpMessageInvoker Behind)[] _keys;
    private int _turn = -1;

    /// <param name="keys">The keys.</param>
    /// <param name="behind">Makes what stands behind one of them.</param>
    public KeyRotation(IReadOnlyList<string> keys, Func<HttpMessageHandler> behind) =>
        _keys = [.. keys.Select(key => (new AuthenticationHeaderValue("Bearer", key), new HttpMessageInvoker(behind())))];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (bearer, behind) = _keys[(uint)Interlocked.Increment(ref _turn) % _keys.Length];
        request.Headers.Authorization = bearer;
        return behind.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.ForEach(_keys, static key => key.Behind.Dispose());
        }

        base.Dispose(disposing);
    }
}
