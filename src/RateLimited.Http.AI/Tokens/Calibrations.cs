using System.Collections.Concurrent;

namespace RateLimited.Http.AI.Tokens;

/// <summary>What was learned of each model of one service. It outlives reloads and handlers. Bounded: models are named by requests, and beyond so many names they share one. Thread-safe.</summary>
internal sealed class Calibrations
{
    private const int MostModels = 256;
    private const string Others = "";

    private readonly ConcurrentDictionary<string, ModelCalibration> _models = new(StringComparer.OrdinalIgnoreCase);

    public ModelCalibration Of(string model)
    {
        if (_models.TryGetValue(model, out var known))
        {
            return known;
        }

        var name = _models.Count < MostModels ? model : Others;
        return _models.GetOrAdd(name, static name => new ModelCalibration(name));
    }

    /// <summary>All of them at some time during the call, by name; the name is empty for those beyond the bound.</summary>
    public IEnumerable<KeyValuePair<string, ModelCalibration>> All => _models;
}
