namespace RateLimited.Http.Alerts.Readings;

/// <summary>The tags that rules look at, out of those of a measurement.</summary>
internal readonly record struct MeasurementTags(string Service, string? Result, string? State, string Budget)
{
    public static MeasurementTags Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? service = null, result = null, state = null, budget = null;
        foreach (var tag in tags)
        {
            switch (tag.Key)
            {
                case "service":
                    service = tag.Value as string;
                    break;
                case "result":
                    result = tag.Value as string;
                    break;
                case "state":
                    state = tag.Value as string;
                    break;
                case "budget":
                    budget = tag.Value as string;
                    break;
                default:
                    break;
            }
        }

        return new MeasurementTags(service ?? string.Empty, result, state, budget ?? string.Empty);
    }
}
