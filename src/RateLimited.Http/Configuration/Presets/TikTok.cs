using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>TikTok: 600 requests a minute to each endpoint, in a window that slides. Figures: developers.tiktok.com.</summary>
internal static class TikTok
{
    private static readonly Source Docs = Source.Docs("developers.tiktok.com, rate limits");

    private static readonly ImmutableArray<PresetLimit> Each = [new("600/minute", Docs)];

    public static Preset Preset { get; } = new("tiktok")
    {
        Title = "TikTok",
        Dialect = "tiktok",
        Key = PresetKey.Bearer,
        Counts = "A sliding window of a minute, for each endpoint.",
        CountsSource = Docs,
        Forbidden = "The token lacks the scope; it is no limit.",
        Tiers =
        [
            new((string?)null)
            {
                Endpoints =
                [
                    PresetEndpoint.Limited("* /v2/user/info", Each),
                    PresetEndpoint.Limited("* /v2/video/query", Each),
                    PresetEndpoint.Limited("* /v2/video/list", Each),
                ],
            },
        ],
    };
}
