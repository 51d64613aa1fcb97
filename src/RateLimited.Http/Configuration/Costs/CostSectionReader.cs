using Microsoft.Extensions.Configuration;
using RateLimited.Http.Costs;

namespace RateLimited.Http.Configuration;

/// <summary>Reads what requests cost, by unit.</summary>
internal static class CostSectionReader
{
    private const string Example = "{ \"points\": 5 } or { \"credits\": { \"From\": \"header x-credits\" } }";

    public static readonly IReadOnlyList<SectionKey<CostOptions>> Keys =
    [
        new("Amount", static (reader, section, cost) => reader.Amount(section, OptionBounds.EndpointCost, value => cost.Amount = value)),
        new("From", static (reader, section, cost) => cost.From = reader.Text(section, CostSource.OfRequests)),
        new("Amounts", static (reader, section, cost) => reader.Amounts(section, OptionBounds.EndpointCost, cost.Amounts, "{ \"gpt-4o\": 5, \"gpt-4o-mini\": 0.5 }")),
        new("Per", static (reader, section, cost) => reader.Number(section, OptionBounds.CostPer, value => cost.Per = value)),
        new("Settled", static (reader, section, cost) => cost.Settled = reader.Text(section, CostSource.OfResponses)),
        new("Finest", static (reader, section, cost) => reader.Amount(section, OptionBounds.Finest, value => cost.Finest = value)),
    ];

    public static void Read(SectionReader reader, IConfigurationSection section, IDictionary<string, CostOptions> costs)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), $"a section of units and costs, such as {Example}");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            var cost = new CostOptions();
            costs[child.Key] = cost;
            if (string.IsNullOrWhiteSpace(child.Value))
            {
                reader.Keys(child, cost, Keys);
            }
            else
            {
                reader.Amount(child, OptionBounds.EndpointCost, value => cost.Amount = value);
            }
        }
    }
}
