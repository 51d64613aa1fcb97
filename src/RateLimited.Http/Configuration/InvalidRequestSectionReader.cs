using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads the section <c>InvalidRequests</c> of a service, with its short forms.</summary>
internal static class InvalidRequestSectionReader
{
    public static readonly IReadOnlyList<SectionKey<InvalidRequestOptions>> Keys =
    [
        new("Enabled", static (reader, section, invalid) => reader.Truth(section, value => invalid.Enabled = value)),
        new("Quota", static (reader, section, invalid) => reader.Number(section, OptionBounds.Quota, value => invalid.Quota = value)),
        new("Window", static (reader, section, invalid) => reader.Duration(section, OptionBounds.Window, value => invalid.Window = value)),
        new("Statuses", static (reader, section, invalid) => reader.Statuses(section, invalid.Statuses)),
    ];

    private const string Right = "a quota in a window such as '9999/10 minutes', true, false, or a section";

    public static void Read(SectionReader reader, IConfigurationSection section, InvalidRequestOptions invalid)
    {
        if (section.GetChildren().Any() || string.IsNullOrEmpty(section.Value))
        {
            reader.Keys(section, invalid, Keys);
        }
        else if (bool.TryParse(section.Value, out var isOn))
        {
            invalid.Enabled = isOn;
        }
        else if (LimitOptions.TryParse(section.Value, out var limit, out _) && IsPlain(limit))
        {
            (invalid.Quota, invalid.Window) = (limit.Quota, limit.Window);
        }
        else
        {
            reader.Refuse(section, Fault.Quote(section.Value), Right);
        }
    }

    /// <summary>Whether a limit says no more than how much in which window.</summary>
    private static bool IsPlain(LimitOptions limit) =>
        limit is { Algorithm: LimitAlgorithm.SlidingWindow, Partition: PartitionBy.Service, Pace: QuotaPace.None } && string.Equals(limit.Unit, UnitCost.Requests, StringComparison.Ordinal);
}
