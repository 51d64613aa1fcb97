namespace RateLimited.Http.Configuration.Presets;

/// <summary>Reddit's API: windows of ten minutes on the clock. Figures: recorded traffic from 2016 to 2026, and pages about it.</summary>
internal static class Reddit
{
    private static readonly Source Traffic = Source.Traffic("1 203 responses", "2023 to 2026");

    public static Preset Preset { get; } = new("reddit")
    {
        Title = "Reddit",
        Dialect = "reddit",
        Key = PresetKey.Bearer,
        Counts = "Windows of ten minutes, aligned to the clock, for each OAuth client.",
        CountsSource = Source.Traffic("1 253 of 1 288 responses within a second", "2016 to 2026"),
        Forbidden = "The client may not do this, or is blocked; it is no limit of the rate.",
        Notes =
        [
            "Some clients are counted at 600 or at 10 000 in ten minutes: the headers tell, and narrow the limit at once.",
            "Writes have limits of their own that come as an error `RATELIMIT` in the body, with the wait in its text.",
            "Responses from the CDN's cache carry no headers.",
        ],
        Tiers =
        [
            new("oauth") { For = "an OAuth client", Limits = [new("1000/10min fixed announced", Traffic)] },
            new("oauth-600") { For = "a client that is counted at 600", Limits = [new("600/10min fixed announced", Source.Traffic("1 203 responses", "2016 to 2026"))] },
            new("unauthenticated") { For = "no client at all", Limits = [new("100/10min fixed announced", Source.Page("pages about the free access, 10 a minute"))] },
        ],
    };
}
