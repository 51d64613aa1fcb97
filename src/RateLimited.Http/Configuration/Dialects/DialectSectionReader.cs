using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads a dialect: the name of a known one, or a section of headers.</summary>
internal static class DialectSectionReader
{
    private const string Right = "a header's name, a section with Header, or a list of these";
    private const string LimitsRight = "each a section of one limit, such as { \"Unit\": \"tokens\", \"Remaining\": \"X-Tokens-Left\" }";

    public static readonly IReadOnlyList<SectionKey<DialectHeaderOptions>> HeaderKeys =
    [
        new("Header", static (reader, section, header) => header.Header = reader.Text(section, DialectFaults.Name)),
        new("Format", static (reader, section, header) => reader.Choice<DialectFormat>(section, value => header.Format = value)),
        new("ResetsToFull", static (reader, section, header) => reader.Truth(section, value => header.ResetsToFull = value)),
        new("Limit", static (reader, section, header) => header.Limit = reader.Text(section, LimitFaults.NameRange)),
        new("Unit", static (reader, section, header) => header.Unit = reader.Text(section, LimitFaults.Unit) ?? UnitCost.Requests),
        new("Window", static (reader, section, header) => reader.Duration(section, OptionBounds.Window, value => header.Window = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<LimitHeaders>> LimitKeys =
    [
        new("Name", static (reader, section, limit) => limit.Name = reader.Text(section, LimitFaults.NameRange)),
        new("Unit", static (reader, section, limit) => limit.Unit = reader.Text(section, LimitFaults.Unit) ?? UnitCost.Requests),
        new("Window", static (reader, section, limit) => reader.Duration(section, OptionBounds.Window, value => limit.Window = value)),
        .. Enum.GetValues<DialectField>().Where(DialectFaults.IsOfOneLimit).Select(static field =>
            new SectionKey<LimitHeaders>(field.ToString(), (reader, section, limit) => ReadHeaders(reader, section, field, limit.Headers))),
    ];

    public static readonly IReadOnlyList<SectionKey<DialectOptions>> Keys =
    [
        .. Enum.GetValues<DialectField>().Select(static field =>
            new SectionKey<DialectOptions>(field.ToString(), (reader, section, dialect) => ReadHeaders(reader, section, field, dialect.Headers))),
        new("Limits", static (reader, section, dialect) => ReadLimits(reader, section, dialect)),
        new("LimitScope", static (reader, section, dialect) => reader.Choice<DialectScope>(section, value => dialect.LimitScope = value)),
        new("Statuses", static (reader, section, dialect) => ReadStatuses(reader, section, dialect)),
        new("RefusesWithSuccess", static (reader, section, dialect) => reader.Truth(section, value => dialect.RefusesWithSuccess = value)),
    ];

    public static DialectOptions Read(SectionReader reader, IConfigurationSection section)
    {
        var dialect = new DialectOptions();
        if (section.GetChildren().Any())
        {
            reader.Keys(section, dialect, Keys);
        }
        else
        {
            dialect.Known = reader.Text(section, DialectFaults.Example);
        }

        return dialect;
    }

    private static void ReadHeaders(SectionReader reader, IConfigurationSection section, DialectField field, IList<DialectHeaderOptions> headers)
    {
        if (section.GetChildren().Any(static child => SectionReader.Knows(HeaderKeys, child.Key)))
        {
            headers.Add(ReadHeader(reader, section, field));
            return;
        }

        foreach (var element in reader.List(section, Right).Take(OptionBounds.MaxDialectHeaders + 1))
        {
            headers.Add(ReadHeader(reader, element, field));
        }
    }

    private static DialectHeaderOptions ReadHeader(SectionReader reader, IConfigurationSection section, DialectField field)
    {
        var header = new DialectHeaderOptions { Field = field, Path = section.Path };
        if (section.GetChildren().Any())
        {
            reader.Keys(section, header, HeaderKeys);
        }
        else
        {
            header.Header = reader.Text(section, DialectFaults.Name);
        }

        return header;
    }

    private static void ReadLimits(SectionReader reader, IConfigurationSection section, DialectOptions dialect)
    {
        var elements = section.GetChildren().Any(static child => SectionReader.Knows(LimitKeys, child.Key)) ? [section] : reader.List(section, LimitsRight);
        foreach (var element in elements.Take(OptionBounds.MaxDialectHeaders + 1))
        {
            if (!element.GetChildren().Any())
            {
                reader.Refuse(element, Fault.Quote(element.Value), LimitsRight);
                continue;
            }

            var limit = new LimitHeaders();
            reader.Keys(element, limit, LimitKeys);

            // Keys come in order of name, so that the limit is known only now.
            foreach (var header in limit.Headers)
            {
                header.Limit ??= limit.Name;
                header.Unit = header.Unit == UnitCost.Requests ? limit.Unit : header.Unit;
                header.Window ??= limit.Window;
                dialect.Headers.Add(header);
            }
        }
    }

    private static void ReadStatuses(SectionReader reader, IConfigurationSection section, DialectOptions dialect)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section of statuses and meanings, such as { \"420\": \"Limited\" }");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            if (!NumberText.TryParse(child.Key, out var status) || !OptionBounds.Status.Contains(status))
            {
                reader.Refuse(child, Fault.Quote(child.Key), OptionBounds.Status.Right);
            }
            else
            {
                reader.Choice<DialectMeaning>(child, value => dialect.Statuses[(int)status] = value);
            }
        }
    }

    /// <summary>The headers of one of several limits, until all of it is read.</summary>
    internal sealed class LimitHeaders
    {
        public string? Name { get; set; }

        public string Unit { get; set; } = UnitCost.Requests;

        public TimeSpan? Window { get; set; }

        public List<DialectHeaderOptions> Headers { get; } = [];
    }
}
