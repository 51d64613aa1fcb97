namespace RateLimited.Http.Configuration.Presets;

/// <summary>One figure of a provider.</summary>
/// <param name="Text">The limit in its short form.</param>
/// <param name="Source">Where it comes from.</param>
internal sealed record PresetLimit(string Text, Source Source)
{
    /// <summary>The upstream's own name of the limit, where its headers tell one: what they report is then known to be this limit's. Null: made of quota, unit and window.</summary>
    public string? Name { get; init; }

    public LimitOptions Options()
    {
        var limit = LimitOptions.Parse(Text);
        limit.Name = Name;
        return limit;
    }
}
