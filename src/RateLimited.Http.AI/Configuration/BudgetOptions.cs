namespace RateLimited.Http.AI;

/// <summary>How much may be spent in a window. In configuration one line of text is <see cref="Limit"/>.</summary>
public sealed class BudgetOptions
{
    /// <summary>The budget as a limit in <c>usd</c> in its short form: <c>20 usd/day fixed</c>, <c>500 usd/30 days</c>. Required.</summary>
    public string? Limit { get; set; }

    /// <summary>What happens when it is spent. Default: <see cref="BudgetAction.Refuse"/>.</summary>
    public BudgetAction Then { get; set; }

    /// <summary>At which part of it a warning is logged and counted, 1 to 100 percent. Default: 80.</summary>
    public int WarnPercent { get; set; } = 80;
}

/// <summary>What happens when a budget is spent.</summary>
public enum BudgetAction
{
    /// <summary>Requests wait for the next window, or are refused at once where that is longer than they may wait. The default.</summary>
    Refuse,

    /// <summary>A warning is logged and counted, and requests go on.</summary>
    Warn,
}
