namespace RateLimited.Http.Configuration.Presets;

/// <summary>Discord: 50 requests a second for each bot, and a bucket for each route that its headers tell. Figures: Discord's documentation, which asks not to hard-code routes.</summary>
internal static class Discord
{
    private static readonly Source Docs = Source.Docs("discord.com/developers/docs, rate limits");

    public static Preset Preset { get; } = new("discord")
    {
        Title = "Discord",
        Dialect = "discord",
        Key = new("Authorization", "Bot {key}"),
        Counts = "50 a second for each bot (for each address without one), and a bucket for each route and channel, guild or webhook that the headers name.",
        CountsSource = Docs,
        Forbidden = "The bot may not do this. It counts towards a ban: 10 000 responses of 401, 403 or 429 in ten minutes block the address.",
        InvalidRequests = new(9_999, TimeSpan.FromMinutes(10), [401, 403, 429], Docs),
        Notes = ["A 429 of scope `shared` is not about this bot, and does not count towards the ban.", "The ban is of an address: programs behind one share it, and are each to have their part of `InvalidRequests`."],
        Tiers = [new((string?)null) { Limits = [new("50/second", Docs)] }],
    };
}
