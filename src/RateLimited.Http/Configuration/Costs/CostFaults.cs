using System.Buffers;
using RateLimited.Http.Costs;

namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with what requests cost.</summary>
internal static class CostFaults
{
    private const int MostNames = 1_000;
    private const string HeaderName = "the name of a header";

    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static void Check(FaultList faults, string path, IDictionary<string, CostOptions> costs)
    {
        if (costs.Count > OptionBounds.MaxLimits)
        {
            faults.Add(path, $"{costs.Count} units", $"at most {OptionBounds.MaxLimits}");
            return;
        }

        foreach (var (unit, cost) in costs)
        {
            var place = $"{path}:{unit}";
            if (!LimitFaults.IsUnit(unit))
            {
                faults.Add(place, Fault.Quote(unit), LimitFaults.Unit);
            }

            if (cost is null)
            {
                faults.Add(place, Fault.Missing, "an amount, or a section that says where requests tell it");
            }
            else
            {
                Check(faults, place, cost);
            }
        }
    }

    private static void Check(FaultList faults, string path, CostOptions cost)
    {
        if (cost.Amount is { } amount && !OptionBounds.EndpointCost.Contains(amount))
        {
            faults.Add($"{path}:Amount", Fault.Quote(amount), OptionBounds.EndpointCost.Right);
        }

        CheckSource(faults, $"{path}:From", cost.From, CostSource.OfRequests, static _ => true);
        CheckSource(faults, $"{path}:Settled", cost.Settled, CostSource.OfResponses, static source => source.Place is CostPlace.Header or CostPlace.Body);
        CheckAmounts(faults, path, cost);
        if (!OptionBounds.CostPer.Contains(cost.Per))
        {
            faults.Add($"{path}:Per", Fault.Quote(cost.Per), OptionBounds.CostPer.Right);
        }

        if (cost.Finest is { } finest && (!OptionBounds.Finest.Contains(finest) || !UnitScale.IsPowerOfTen(finest)))
        {
            faults.Add($"{path}:Finest", Fault.Quote(finest), OptionBounds.Finest.Right);
        }

        if (cost is { Amount: null, From: null, Settled: null, Finest: null })
        {
            faults.Add(path, Fault.Missing, "an Amount, or From, where requests tell it, or Settled, where responses do");
        }
    }

    private static void CheckAmounts(FaultList faults, string path, CostOptions cost)
    {
        if (cost.Amounts.Count > MostNames)
        {
            faults.Add($"{path}:Amounts", $"{cost.Amounts.Count} names", $"at most {MostNames}");
            return;
        }

        if (cost.Amounts.Count > 0 && (cost.From is null || (CostSource.TryParse(cost.From, out var source) && source.Place == CostPlace.Length)))
        {
            faults.Add($"{path}:Amounts", $"{cost.Amounts.Count} names", "no Amounts, or a From that tells a name, such as 'body model'");
        }

        foreach (var (name, amount) in cost.Amounts)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                faults.Add($"{path}:Amounts:{name}", Fault.Quote(name), "a name, or the beginning of one with a '*' behind it");
            }

            if (!OptionBounds.EndpointCost.Contains(amount))
            {
                faults.Add($"{path}:Amounts:{name}", Fault.Quote(amount), OptionBounds.EndpointCost.Right);
            }
        }
    }

    private static void CheckSource(FaultList faults, string path, string? text, string right, Func<CostSource, bool> fits)
    {
        if (text is null)
        {
            return;
        }

        if (!CostSource.TryParse(text, out var source) || !fits(source))
        {
            faults.Add(path, Fault.Quote(text), right);
        }
        else if (source.Place == CostPlace.Header && source.Name.AsSpan().ContainsAnyExcept(Token))
        {
            faults.Add(path, Fault.Quote(text), HeaderName);
        }
    }
}
