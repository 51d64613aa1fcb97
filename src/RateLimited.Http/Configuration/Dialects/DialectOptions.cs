namespace RateLimited.Http.Configuration;

/// <summary>
/// How an upstream speaks of its limits: a known dialect by its name, or one's own by its headers. <c>Retry-After</c>, <c>retry-after-ms</c> and <c>Date</c> are read in every dialect.
/// </summary>
public sealed class DialectOptions
{
    /// <summary>A known dialect by its name, such as <c>openai</c>; then nothing else is set. Default: null, one's own.</summary>
    public string? Known { get; set; }

    /// <summary>The headers of one's own dialect, 1 to 64.</summary>
    public IList<DialectHeaderOptions> Headers { get; } = [];

    /// <summary>Whom a refusal concerns, where the response itself does not tell. Default: <see cref="DialectScope.Key"/>.</summary>
    public DialectScope LimitScope { get; set; } = DialectScope.Key;

    /// <summary>Statuses from 200 to 999 that mean something else here than elsewhere, 64 at most.</summary>
    public IDictionary<int, DialectMeaning> Statuses { get; } = new Dictionary<int, DialectMeaning>();

    /// <summary>Whether refusals come with status 200, so that the body of a success must be looked at too. Default: false.</summary>
    public bool RefusesWithSuccess { get; set; }

    /// <summary>Adds a header.</summary>
    /// <param name="field">What it tells.</param>
    /// <param name="header">Its name.</param>
    public DialectOptions Header(DialectField field, string header) => Header(field, header, DialectFormat.Auto);

    /// <summary>Adds a header that writes a time.</summary>
    /// <param name="field">What it tells.</param>
    /// <param name="header">Its name.</param>
    /// <param name="format">How it writes times.</param>
    public DialectOptions Header(DialectField field, string header, DialectFormat format) => Header(new DialectHeaderOptions { Field = field, Header = header, Format = format });

    /// <summary>Adds a header.</summary>
    /// <param name="header">The header.</param>
    public DialectOptions Header(DialectHeaderOptions header)
    {
        Headers.Add(header);
        return this;
    }
}
