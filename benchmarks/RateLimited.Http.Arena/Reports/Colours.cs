using RateLimited.Http.Arena.Clients;

namespace RateLimited.Http.Arena.Reports;

/// <summary>Each strategy's colour, told apart by the colour-blind too (Okabe and Ito, 2008).</summary>
internal static class Colours
{
    private static readonly string[] All = ["#009e73", "#d55e00", "#0072b2", "#56b4e9", "#cc79a7", "#e69f00", "#5a6474"];

    public static string Of(Strategy strategy) => All[Strategy.All.Index().First(each => each.Item == strategy).Index % All.Length];
}
