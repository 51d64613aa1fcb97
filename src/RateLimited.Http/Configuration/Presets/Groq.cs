namespace RateLimited.Http.Configuration.Presets;

/// <summary>Groq: requests of a day and tokens of a minute, for each organisation and model. Seen: 14 400 requests a day, 30 000 or 6 000 tokens a minute (recorded).</summary>
internal static class Groq
{
    public static Preset Preset { get; } = new("groq")
    {
        Title = "Groq",
        Dialect = "groq",
        Key = PresetKey.Bearer,
        Counts = "Buckets that refill continuously: requests always of a day, tokens always of a minute; cached tokens are not counted.",
        CountsSource = Source.Docs("console.groq.com/docs/rate-limits, and 39 recorded responses"),
        Forbidden = "The key may not do this; it is no limit.",
        Notes = ["Limits hold for the organisation: several keys of one do not add up.", "Status 498 is a lack of flex capacity (not verified)."],
    };
}
