using Microsoft.Extensions.Options;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>
/// Answers how many keys, and how long, so much work takes: by the arithmetic of the limits themselves, one by one, and then by a simulation in which they decide together.
/// </summary>
public static class ServicePlanner
{
    /// <summary>The most keys that a plan has.</summary>
    public const int MostKeys = 10_000;

    /// <summary>The most items that the simulation runs, which takes a second or two.</summary>
    public const long MostSimulated = 200_000;

    /// <summary>The most times that keys are added because limits hinder each other.</summary>
    private const int MostCorrections = 16;

    /// <summary>Plans the work.</summary>
    /// <param name="question">The work.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A figure of the question is out of range.</exception>
    /// <exception cref="ImpossiblePlanException">It can never be done, or not in that time by any number of keys.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ServicePlan Plan(PlanQuestion question, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        question.Validate();
        ServiceSimulation.Validate(question.Service, question.Options, question.GlobalLimits);
        using var arithmetic = new PlanArithmetic(question);
        if (question.Within is not { } within)
        {
            return Plan(question, arithmetic, question.Keys, cancellationToken);
        }

        var plan = Plan(question, arithmetic, FewestKeys(arithmetic, within), cancellationToken);
        for (var correction = 0; plan.Duration > within; correction++)
        {
            var keys = Math.Max(plan.Keys + 1, (int)Math.Min(Math.Ceiling(plan.Keys * (plan.Duration / within)), MostKeys));
            if (correction == MostCorrections || keys > MostKeys)
            {
                throw arithmetic.NotWithin(within);
            }

            plan = Plan(question, arithmetic, keys, cancellationToken);
        }

        return plan with { KeysWithin = plan.Keys };
    }

    private static ServicePlan Plan(PlanQuestion question, PlanArithmetic arithmetic, int keys, CancellationToken cancellationToken)
    {
        var check = Check(question, arithmetic, keys, cancellationToken);
        var limits = arithmetic.Paces(question.Items, keys);
        var alone = arithmetic.Duration(question.Items, keys);
        return new ServicePlan
        {
            Keys = keys,
            Duration = check.Items == question.Items ? check.Simulated : check.Simulated > check.Calculated ? alone * (check.Simulated / check.Calculated) : alone,
            Bottleneck = limits.FirstOrDefault(limit => limit.Duration > question.Latency)?.Name,
            Limits = limits,
            Check = check,
            KeysWithin = null,
        };
    }

    private static PlanCheck Check(PlanQuestion question, PlanArithmetic arithmetic, int keys, CancellationToken cancellationToken)
    {
        var items = Math.Min(question.Items, MostSimulated);
        var report = ServiceSimulation.Run(
            new SimulationSetup
            {
                Service = question.Service,
                Options = question.Options,
                GlobalLimits = question.GlobalLimits,
                Demand = Demand.Same(items, question.Item),
                Duration = TimeSpan.Zero,
                Start = question.Start,
                Latency = question.Latency,
                Keys = keys,
            },
            progress: null,
            cancellationToken);
        return new PlanCheck(items, report.LastAnswer, arithmetic.Duration(items, keys));
    }

    /// <summary>The fewest keys by the arithmetic: more of them never take longer.</summary>
    private static int FewestKeys(PlanArithmetic arithmetic, TimeSpan within)
    {
        if (arithmetic.Duration(arithmetic.Items, MostKeys) > within)
        {
            throw arithmetic.NotWithin(within);
        }

        var (few, enough) = (0, MostKeys);
        while (enough - few > 1)
        {
            var middle = (few + enough) / 2;
            (few, enough) = arithmetic.Duration(arithmetic.Items, middle) > within ? (middle, enough) : (few, middle);
        }

        return enough;
    }
}
