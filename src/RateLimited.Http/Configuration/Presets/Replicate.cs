namespace RateLimited.Http.Configuration.Presets;

/// <summary>Replicate: predictions apart from everything else, 600 and 3 000 as recorded traffic and its documentation have it; the headers tell what remains and not of how much.</summary>
internal static class Replicate
{
    private static readonly Source Traffic = Source.Traffic("30 responses, by the classes of its documentation");

    public static Preset Preset { get; } = new("replicate")
    {
        Title = "Replicate",
        Dialect = "replicate",
        Key = PresetKey.Bearer,
        Counts = "Requests of a minute for each class of endpoints; headers tell what remains and the wait.",
        CountsSource = Traffic,
        Forbidden = "The token may not do this; it is no limit.",
        Tiers =
        [
            new((string?)null)
            {
                Limits = [new("3000 others/minute", Traffic), new("600 predictions/minute", Traffic)],
                Endpoints =
                [
                    PresetEndpoint.Costing("* /*", Traffic, new UnitCost("others", 1)),
                    PresetEndpoint.Costing("POST /v1/predictions", Traffic, new("others", 0), new("predictions", 1)),
                    PresetEndpoint.Costing("POST /v1/models/{owner}/{name}/predictions", Traffic, new("others", 0), new("predictions", 1)),
                    PresetEndpoint.Costing("POST /v1/deployments/{owner}/{name}/predictions", Traffic, new("others", 0), new("predictions", 1)),
                ],
            },
        ],
    };
}
