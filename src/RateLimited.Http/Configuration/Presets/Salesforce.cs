namespace RateLimited.Http.Configuration.Presets;

/// <summary>Salesforce: the organisation's requests of a day; each response tells how many of how many.</summary>
internal static class Salesforce
{
    public static Preset Preset { get; } = new("salesforce")
    {
        Title = "Salesforce",
        Dialect = "salesforce",
        Key = PresetKey.Bearer,
        Counts = "Requests of the organisation in 24 hours that roll (not verified), and those of each app.",
        CountsSource = Source.Docs("simple-salesforce's tests"),
        Forbidden = "`REQUEST_LIMIT_EXCEEDED`: the day's quota is used up. Else the user may not do this.",
    };
}
