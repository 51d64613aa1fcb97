using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Models;

/// <summary>Chooses models by rules. Thread-safe.</summary>
internal sealed class ModelChoice
{
    private const int MaxRules = 100;

    private readonly ModelRule[] _rules;
    private readonly Func<double>? _budgetUsed;
    private readonly TextTokens _tokens;

    public ModelChoice(ModelChoiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new OptionFaults();
        faults.Number(nameof(options.Rules), options.Rules.Count, new NumberRange(1, MaxRules, "from 1 to 100 rules"));
        if (options.Rules.Contains(null!))
        {
            faults.Add(nameof(options.Rules), Fault.Missing, "a rule, such as new ModelRule(\"gpt-4o-mini\")");
        }

        faults.ThrowIfAny("ModelChoice", typeof(ModelChoiceOptions));
        _rules = [.. options.Rules];
        _budgetUsed = options.BudgetUsed;
        _tokens = new TextTokens(options.TokenCounter);
    }

    /// <summary>The first rule that holds; null where none does.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="tokens">The tokens that a model makes of the call. Asked only where a rule has a bound.</param>
    /// <param name="budgetUsed">The share of the budget that is used. Asked once, where a rule has a bound.</param>
    public static string? Choose(IReadOnlyList<ModelRule> rules, Func<string, long> tokens, Func<double> budgetUsed)
    {
        double? used = null;
        foreach (var rule in rules)
        {
            if (rule.UpToBudget is { } share && !((used ??= budgetUsed()) <= share))
            {
                continue;
            }

            if (rule.UpToTokens is not { } most || tokens(rule.Model) <= most)
            {
                return rule.Model;
            }
        }

        return null;
    }

    /// <summary>The model of a call.</summary>
    /// <param name="tokens">Counts the call's tokens for a model.</param>
    public string? Choose(Func<TextTokens, string, long> tokens)
    {
        var model = Choose(_rules, name => tokens(_tokens, name), BudgetUsed);
        if (model is not null)
        {
            AIInstruments.Chose(model);
        }

        return model;
    }

    private double BudgetUsed()
    {
        try
        {
            return _budgetUsed?.Invoke() ?? 0;
        }
#pragma warning disable CA1031 // A program that cannot tell what it has spent does not spend more.
        catch (Exception)
#pragma warning restore CA1031
        {
            return double.PositiveInfinity;
        }
    }
}
