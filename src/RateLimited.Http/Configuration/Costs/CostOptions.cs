namespace RateLimited.Http.Configuration;

/// <summary>What requests cost in one unit. In configuration a bare number is <see cref="Amount"/>.</summary>
public sealed class CostOptions
{
    /// <summary>
    /// What a request costs; with <see cref="From"/>, what one costs that does not tell. 0 to 10^12 with at most six digits behind the point. Default: null, nothing is said of the unit.
    /// </summary>
    public decimal? Amount { get; set; }

    /// <summary>
    /// Where a request tells its cost: <c>header NAME</c>; <c>query NAME</c>, a parameter of the address; <c>body PATH</c>, a value in the JSON body such as <c>body model</c>; or <c>length</c>,
    /// the body's length in bytes. Default: null, nowhere.
    /// </summary>
    public string? From { get; set; }

    /// <summary>
    /// What each value costs that a request may tell, for names that are no numbers: <c>gpt-4o</c> 5, <c>gpt-4o-mini</c> 0.5. A name may end with <c>*</c>; the longest that fits counts, in
    /// any case of letters. Default: none, the value is the cost itself.
    /// </summary>
    public IDictionary<string, decimal> Amounts { get; } = new Dictionary<string, decimal>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How much of the number that a request tells costs one, begun ones counted: 1024 makes kilobytes of bytes. 1 to 10^12. Default: 1.</summary>
    public long Per { get; set; } = 1;

    /// <summary>
    /// Where the response tells what the request did cost: <c>header NAME</c>, or <c>body PATH</c>, which is read while the body passes. Default: null, nowhere: the estimate stands.
    /// </summary>
    public string? Settled { get; set; }

    /// <summary>
    /// The finest part of a unit that limits count: 1, 0.1, 0.01 and so on to 0.000001. What is finer is rounded up. Default: null, as fine as the amounts that are configured.
    /// </summary>
    public decimal? Finest { get; set; }
}
