using RateLimited.Http.Costs.Bodies;
using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs;

/// <summary>
/// Reads numbers out of a JSON body while it passes: one document, lines of documents, or server-sent events, compressed by gzip, deflate or Brotli or not. It keeps the values it looks for
/// and nothing else, whatever comes. Derive from it to say what the values cost.
/// </summary>
public abstract class JsonUsageReader : IUsageReader
{
    private readonly JsonValues _values;
    private readonly JsonValueScanner _scanner;
    private readonly EventStreamReader? _events;
    private readonly BodyDecoder? _decoder;

    /// <summary>Makes a reader of one response.</summary>
    /// <param name="response">The response. Its headers say how its body is written.</param>
    /// <param name="paths">What is looked for.</param>
    /// <exception cref="ArgumentException">The response is none that <see cref="CanRead"/>.</exception>
    protected JsonUsageReader(HttpResponseMessage response, UsagePaths paths)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(paths);
        var format = BodyFormat.Of(response.Content)
            ?? throw new ArgumentException("The response's body is not JSON, or compressed in a way that is not known: ask CanRead first.", nameof(response));
        _values = new JsonValues(paths.Json);
        _scanner = new JsonValueScanner(_values);
        _events = format.IsEventStream ? new EventStreamReader(_scanner) : null;
        _decoder = BodyDecoder.Of(format.Coding);
    }

    /// <summary>Whether a response's headers say that its body is JSON or server-sent events, in a coding that can be read.</summary>
    /// <param name="response">The response.</param>
    public static bool CanRead(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return BodyFormat.Of(response.Content) is not null;
    }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        if (_decoder is null)
        {
            Decoded(bytes);
        }
        else
        {
            _decoder.Feed(bytes, this, static (reader, decoded) => reader.Decoded(decoded));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<UnitCost>? End(bool isComplete)
    {
        _decoder?.Dispose();
        if (_events is null)
        {
            _scanner.End();
        }
        else
        {
            _events.End();
        }

        return Settle(new UsageValues(_values), isComplete);
    }

    /// <summary>Says what the request did cost.</summary>
    /// <param name="values">What was found.</param>
    /// <param name="isComplete">Whether the body was read to its end.</param>
    /// <returns>The true costs as far as they are known; units that are not here, and all where it is null, settle at their estimate.</returns>
    protected abstract IReadOnlyList<UnitCost>? Settle(UsageValues values, bool isComplete);

    private void Decoded(ReadOnlySpan<byte> bytes)
    {
        if (_events is null)
        {
            _scanner.Feed(bytes);
        }
        else
        {
            _events.Feed(bytes);
        }
    }
}
