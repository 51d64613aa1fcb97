using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Faults;

/// <summary>
/// Something that goes wrong with some requests: what, and with which. By default with all; each of <see cref="On(long, long)"/>, <see cref="Every"/>, <see cref="Between"/>, <see cref="At"/> and
/// <see cref="WithProbability"/> leaves fewer. Immutable: each returns another fault.
/// </summary>
public sealed record Fault
{
    private EndpointPattern? _at;

    private Fault(string name) => Name = name;

    /// <summary>What books call it: <c>storm</c>, <c>status 503</c>, <c>reset</c>, <c>stall</c>, <c>slow</c>, <c>headers</c>.</summary>
    public string Name { get; }

    internal int? FailsWith { get; private init; }

    internal TimeSpan? Wait { get; private init; }

    /// <summary>The limits are not asked: somebody before them answers.</summary>
    internal bool IsBeforeLimits { get; private init; }

    /// <summary>The connection breaks after so many bytes of the body; −1: before the head.</summary>
    internal long? BreaksAfter { get; private init; }

    internal long? StallsAfter { get; private init; }

    internal TimeSpan StallsFor { get; private init; }

    internal int? BytesPerSecond { get; private init; }

    /// <summary>A header and what it says instead; null: it is left out.</summary>
    internal IReadOnlyList<KeyValuePair<string, string?>> Lies { get; private init; } = [];

    internal bool IsHostile { get; private init; }

    private long First { get; init; } = 1;

    private long Last { get; init; } = long.MaxValue;

    private long Nth { get; init; } = 1;

    private TimeSpan From { get; init; } = TimeSpan.Zero;

    private TimeSpan Until { get; init; } = TimeSpan.MaxValue;

    private double Probability { get; init; } = 1;

    /// <summary>429s that no limit is the reason of, as in a storm. The limits are not asked and count nothing.</summary>
    /// <param name="retryAfter">What they ask to wait; null for no word of it.</param>
    public static Fault Storm(TimeSpan? retryAfter = null) => new("storm") { FailsWith = 429, Wait = retryAfter, IsBeforeLimits = true };

    /// <summary>A failure of the upstream. The limits have counted the request.</summary>
    /// <param name="status">The status, 400 to 599.</param>
    /// <param name="retryAfter">What it asks to wait; null for no word of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is no failure.</exception>
    public static Fault Status(int status, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        return new($"status {status.ToString(System.Globalization.CultureInfo.InvariantCulture)}") { FailsWith = status, Wait = retryAfter };
    }

    /// <summary>The connection breaks before the head of the response. The limits have counted the request.</summary>
    public static Fault Reset() => new("reset") { BreaksAfter = -1 };

    /// <summary>The connection breaks when so many bytes of the body were sent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than none.</exception>
    public static Fault ResetAfter(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return new("reset") { BreaksAfter = bytes };
    }

    /// <summary>Nothing is sent for a while: before the head of the response.</summary>
    public static Fault Stall(TimeSpan duration) => new("stall") { StallsAfter = -1, StallsFor = duration };

    /// <summary>Nothing is sent for a while, after so many bytes of the body.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than none.</exception>
    public static Fault StallAfter(long bytes, TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return new("stall") { StallsAfter = bytes, StallsFor = duration };
    }

    /// <summary>The body trickles.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than one byte a second.</exception>
    public static Fault Slow(int bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        return new("slow") { BytesPerSecond = bytesPerSecond };
    }

    /// <summary>A header says something else than the truth, or is there where none should be.</summary>
    public static Fault Header(string name, string value) => new("headers") { Lies = [new(name, value)] };

    /// <summary>A header is missing.</summary>
    public static Fault WithoutHeader(string name) => new("headers") { Lies = [new(name, null)] };

    /// <summary>Headers of limits as somebody writes them who means harm: numbers beyond all bounds, dates at the end of time, kilobytes of commas, several values that contradict. Which, is drawn.</summary>
    public static Fault Hostile() => new("headers") { IsHostile = true };

    /// <summary>With the requests of these numbers; the first that arrives is number 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first is less than 1, or the last before the first.</exception>
    public Fault On(long first, long last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        return this with { First = first, Last = last };
    }

    /// <summary>With this request alone.</summary>
    public Fault On(long request) => On(request, request);

    /// <summary>With every n-th request.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="nth"/> is less than 1.</exception>
    public Fault Every(long nth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nth, 1);
        return this with { Nth = nth };
    }

    /// <summary>With those that arrive within a time, counted from the upstream's start; the end is not part of it.</summary>
    public Fault Between(TimeSpan from, TimeSpan until) => this with { From = from, Until = until };

    /// <summary>With those of a template, like <c>GET /search/*</c>.</summary>
    /// <exception cref="FormatException">The text is no template.</exception>
    public Fault At(string endpoint) => this with { _at = EndpointPattern.Of(endpoint) };

    /// <summary>With this share of them, as they are drawn.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no probability.</exception>
    public Fault WithProbability(double probability) =>
        probability is >= 0 and <= 1 ? this with { Probability = probability } : throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability is 0 to 1.");

    /// <summary>Whether it befalls a request. Draws once for each request that it may befall, so that the draws of one fault do not depend on another.</summary>
    internal bool Befalls(UpstreamRequest request, long number, TimeSpan elapsed, Random random) =>
        number >= First && number <= Last && number % Nth == 0 && elapsed >= From && elapsed < Until
        && (_at is null || _at.Matches(request.Method, request.Path, out _))
        && (Probability >= 1 || random.NextDouble() < Probability);
}
