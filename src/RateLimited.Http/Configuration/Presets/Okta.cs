namespace RateLimited.Http.Configuration.Presets;

/// <summary>Okta: a minute for each organisation and group of endpoints. Seen in recorded traffic: fourteen different limits from 10 to 2 000 a minute; each response tells its own.</summary>
internal static class Okta
{
    public static Preset Preset { get; } = new("okta")
    {
        Title = "Okta",
        Dialect = "okta",
        Key = new("Authorization", "SSWS {key}"),
        Counts = "Windows of a minute that begin with the first request, for each organisation and group of endpoints.",
        CountsSource = Source.Traffic("276 of 281 first responses, 2 252 in all"),
        Forbidden = "The token may not do this; it is no limit.",
        Notes = ["A 429 has no `Retry-After`, only the reset."],
    };
}
