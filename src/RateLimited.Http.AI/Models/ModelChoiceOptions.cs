namespace RateLimited.Http.AI.Models;

/// <summary>Which model a call goes to that names none. Read once, when the client is made.</summary>
public sealed class ModelChoiceOptions
{
    /// <summary>The rules. The first that holds for a call names its model; where none does, the client's own stays. At least one.</summary>
    public IList<ModelRule> Rules { get; } = [];

    /// <summary>
    /// How much of the budget is used, as a share from 0 up: what <see cref="ModelRule.UpToBudget"/> is compared with. Called once for each call whose rules ask for it, concurrently. What throws, or is no number, counts as
    /// all of it: a program that cannot tell what it has spent does not spend more. <see cref="ModelBudget.Of"/> reads it from a service's limits. Default: null, nothing is used.
    /// </summary>
    public Func<double>? BudgetUsed { get; set; }

    /// <summary>Counts the tokens of a text. Without one, or where it does not know the model, they are taken to be a third of the text's bytes in UTF-8. Default: null, none.</summary>
    public ITokenCounter? TokenCounter { get; set; }
}
