namespace RateLimited.Http.AI;

/// <summary>A model, and the calls it is for. In configuration one line of text is <see cref="Model"/>, for all calls.</summary>
public sealed class ModelOptions
{
    /// <summary>The model's name. Required.</summary>
    public string? Model { get; set; }

    /// <summary>How many tokens a call's text has at most, 1 to 10^12; of texts to embed, the longest. Default: null, any number.</summary>
    public long? UpToTokens { get; set; }

    /// <summary>How much of the service's budgets is used at most, as a share from 0 to 1. Default: null, any part.</summary>
    public decimal? UpToBudget { get; set; }
}
