using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Planning;

/// <summary>A plan as people read it.</summary>
internal static class PlanText
{
    /// <summary>By how much the simulation may differ from the arithmetic before it is said.</summary>
    private const double Noticed = 0.01;

    public static void Write(Terminal terminal, PlanDocument document)
    {
        var within = document.Within is { } seconds ? $" within {Duration(seconds)}" : string.Empty;
        terminal.Title($"{document.Service}: {Words.Amount(document.Items, "item")}{within}, answered in {Duration(document.Latency)} each");
        terminal.Line();
        var rows = new Rows("tier", "#keys", "#time", "bottleneck");
        foreach (var plan in document.Plans)
        {
            rows.Add(plan.Tier ?? "-", plan.Keys is { } keys ? Words.Of(keys) : "-", plan.Duration is { } time ? Duration(time) : "-", plan.Impossible ?? plan.Bottleneck ?? "none but the latency");
        }

        terminal.Table(rows);
        foreach (var plan in document.Plans.Where(static plan => plan.Impossible is null))
        {
            terminal.Line();
            WriteLimits(terminal, plan);
        }

        if (document.Counts is { } counts)
        {
            terminal.Line();
            terminal.Line($"How it counts: {counts} Keys that it counts together are one key here.");
        }
    }

    private static void WriteLimits(Terminal terminal, TierPlan plan)
    {
        terminal.Title(plan.Tier is null ? "each limit alone" : $"each limit of {plan.Tier} alone");
        if (plan.Limits.Count == 0)
        {
            terminal.Line("no limit counts these items");
        }
        else
        {
            var rows = new Rows("limit", "#an item costs", "#time", "keys");
            foreach (var limit in plan.Limits)
            {
                rows.Add(limit.Name, $"{Words.Of(limit.CostOfItem)} {limit.Unit}", Duration(limit.Duration), limit.SharedByKeys ? "share it" : "have one each");
            }

            terminal.Table(rows);
        }

        if (plan.Check is { } check)
        {
            var differs = Math.Abs(check.Simulated - check.Calculated) > Noticed * Math.Max(check.Calculated, 1);
            terminal.Line($"The simulation of {Words.Amount(check.Items, "item")} took {Duration(check.Simulated)}, {(differs ? $"by the arithmetic of the slowest limit alone {Duration(check.Calculated)}: together, and padded by the arrival guard, they take longer" : "as the arithmetic says")}.");
        }
    }

    private static string Duration(double seconds) => Words.Of(TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2)));
}
