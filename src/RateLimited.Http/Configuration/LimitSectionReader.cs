using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads limits: a list of short forms and sections, or one of either.</summary>
internal static class LimitSectionReader
{
    private const string Right = "each a limit such as '500/minute' or a section with Quota and Window";

    public static readonly IReadOnlyList<SectionKey<LimitOptions>> Keys =
    [
        new("Name", static (reader, section, limit) => limit.Name = reader.Text(section, LimitFaults.NameRange)),
        new("Quota", static (reader, section, limit) => reader.Number(section, OptionBounds.Quota, value => limit.Quota = value)),
        new("Unit", static (reader, section, limit) => limit.Unit = reader.Text(section, LimitFaults.Unit) ?? UnitCost.Requests),
        new("Window", static (reader, section, limit) => reader.Duration(section, OptionBounds.Window, value => limit.Window = value)),
        new("Algorithm", static (reader, section, limit) => reader.Choice<LimitAlgorithm>(section, value => limit.Algorithm = value)),
        new("Burst", static (reader, section, limit) => reader.Number(section, OptionBounds.Burst, value => limit.Burst = value)),
        new("Initial", static (reader, section, limit) => reader.Number(section, OptionBounds.Learned, value => limit.Initial = value)),
        new("Minimum", static (reader, section, limit) => reader.Number(section, OptionBounds.Learned, value => limit.Minimum = value)),
        new("Anchor", static (reader, section, limit) => reader.Choice<WindowAnchor>(section, value => limit.Anchor = value)),
        new("TimeZone", static (reader, section, limit) => limit.TimeZone = reader.Text(section, LimitFaults.Zone)),
        new("Pace", static (reader, section, limit) => reader.Choice<QuotaPace>(section, value => limit.Pace = value)),
        new("Partition", static (reader, section, limit) => reader.Choice<PartitionBy>(section, value => limit.Partition = value)),
    ];

    public static void Read(SectionReader reader, IConfigurationSection section, IList<LimitOptions> limits)
    {
        // A section in place of a list of one: what a single limit looks like when it needs more than the short form.
        if (section.GetChildren().Any(static child => SectionReader.Knows(Keys, child.Key)))
        {
            limits.Add(ReadSection(reader, section));
            return;
        }

        var elements = reader.List(section, Right);
        if (elements.Count > OptionBounds.MaxLimits)
        {
            reader.Refuse(section, $"{elements.Count} limits", $"at most {OptionBounds.MaxLimits}");
            return;
        }

        foreach (var element in elements)
        {
            if (element.GetChildren().FirstOrDefault() is not { } first)
            {
                limits.Add(LimitOptions.Read(element.Value, element.Path));
            }
            else if (char.IsAsciiDigit(first.Key[0]))
            {
                reader.Refuse(element, "a list", LimitText.Example);
            }
            else
            {
                limits.Add(ReadSection(reader, element));
            }
        }
    }

    private static LimitOptions ReadSection(SectionReader reader, IConfigurationSection section)
    {
        var limit = new LimitOptions { Path = section.Path };
        reader.Keys(section, limit, Keys);
        return limit;
    }
}
