using RateLimited.Http.Signals.Bodies;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals;

/// <summary>
/// Reads responses of one service: what they say of its limits, and what they mean. Stateless and safe for any number of threads; it never throws, whatever it reads.
/// </summary>
internal sealed class SignalReader
{
    private readonly HeaderDialect? _dialect;
    private readonly HeaderIndex _index;
    private readonly SignalBounds _bounds;

    /// <param name="dialect">The service's dialect; null recognises it from each response's header names.</param>
    /// <param name="maxHint">The longest wait that may come out.</param>
    /// <param name="maxExhausted">The longest until a quota that is used up returns; null for 31 days.</param>
    public SignalReader(HeaderDialect? dialect, TimeSpan maxHint, TimeSpan? maxExhausted = null)
    {
        _dialect = dialect;
        _index = KnownDialects.IndexOf(dialect);
        _bounds = new SignalBounds(maxHint, maxExhausted ?? SignalBounds.LongestReturn);
    }

    /// <summary>Whether the beginning of the body (<see cref="SignalBounds.MaxBodyLength"/> at most) can change what the response means, and is worth buffering.</summary>
    public bool WantsBody(HttpMethod method, HttpResponseMessage response) =>
        (int)response.StatusCode >= 400
        || (response.IsSuccessStatusCode && (_dialect is { RefusesWithSuccess: true } || (_dialect is { RefusesWritesWithSuccess: true } && !IsRead(method))));

    /// <summary>Reads one response. The body is whatever of its beginning was buffered, or nothing.</summary>
    /// <param name="response">Its status and its headers are read, its content isn't.</param>
    /// <param name="body">The beginning of the body, or nothing.</param>
    /// <param name="now">The time by the local clock, for dates.</param>
    /// <param name="signal">Overwritten. Large: use it in one synchronous method, and never copy it.</param>
    public void Read(HttpResponseMessage response, ReadOnlySpan<byte> body, WallTime now, out UpstreamSignal signal)
    {
        UpstreamSignal.Begin(out signal);
        var owners = HeaderReader.Read(response.Headers, _index, _bounds, now, ref signal);
        signal.Dialect = _dialect ?? KnownDialects.Recognise(owners);
        if (!body.IsEmpty && ((int)response.StatusCode >= 400 || (response.IsSuccessStatusCode && _dialect is { MayRefuseWithSuccess: true })))
        {
            signal.Body = BodyReader.Read(body);
            BodyLimits.Add(ref signal, _bounds);
        }

        if (!signal.ErrorCode.IsEmpty && ErrorCodes.TryMeaning(signal.ErrorCode.Span, out var meaning))
        {
            var said = signal.Body;
            said.Mean(meaning);
            signal.Body = said;
        }

        if (!ResponseClassifier.IsSurelyFine((int)response.StatusCode, signal.Dialect))
        {
            signal.Verdict = ResponseClassifier.Classify((int)response.StatusCode, signal, signal.Dialect, _bounds);
        }
    }

    private static bool IsRead(HttpMethod method) => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options;
}
