namespace RateLimited.Http.AI.Models;

/// <summary>A model, and the calls it is for. Immutable.</summary>
public sealed record ModelRule
{
    /// <summary>Makes a rule for all calls.</summary>
    /// <param name="model">The model's name, at least one character.</param>
    public ModelRule(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        Model = model;
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>How many tokens a call's text has at most, 1 or more; of texts to embed, the longest. Default: null, any number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public long? UpToTokens
    {
        get;
        init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A rule is for calls up to a number of tokens of 1 or more.");
    }

    /// <summary>How much of the budget is used at most, as a share: 0.8 until four fifths are spent. Default: null, any part.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or no number.</exception>
    public double? UpToBudget
    {
        get;
        init => field = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A rule holds up to a share of the budget of 0 or more, such as 0.8.");
    }
}
