using System.Text.Json;
using RateLimited.Http.Costs;

namespace RateLimited.Http.AI.Money;

/// <summary>The price of each model: what the options say, else what their file says, else what the package knows. Immutable.</summary>
internal sealed class PriceTable
{
    private const string Resource = "RateLimited.Http.AI.Money.Prices.json";

    private static readonly Lazy<PriceFile> Embedded = new(ReadEmbedded);

    private readonly AmountTable<(string Name, ModelPrice Price)>[] _layers;

    public PriceTable(IEnumerable<KeyValuePair<string, ModelPrice>> own, PriceFile? file)
    {
        _layers = [Layer(own), .. file is null ? Array.Empty<AmountTable<(string, ModelPrice)>>() : [Layer(file.Prices)], Layer(Embedded.Value.Prices)];
    }

    /// <summary>The prices that the package knows, with their date.</summary>
    public static PriceFile Known => Embedded.Value;

    /// <summary>The price of a model, and the name that it stands under, which is one of a closed set; null where none is known. A provider before the name (<c>openai/gpt-4o</c>) is left out.</summary>
    public (string Name, ModelPrice Price)? Of(string model)
    {
        var name = model[(model.LastIndexOf('/') + 1)..];
        foreach (var layer in _layers)
        {
            if (layer.TryFind(model, out var found) || layer.TryFind(name, out found))
            {
                return found;
            }
        }

        return null;
    }

    private static AmountTable<(string Name, ModelPrice Price)> Layer(IEnumerable<KeyValuePair<string, ModelPrice>> prices) =>
        new(prices.Select(static price => KeyValuePair.Create(price.Key, (price.Key.TrimEnd('*', '-'), price.Value))));

    private static PriceFile ReadEmbedded()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"The package has lost its {Resource}.");
        using var document = JsonDocument.Parse(stream);
        return PriceFile.Read(document.RootElement, out var fault) ?? throw new InvalidOperationException($"{Resource}: {fault}");
    }
}
