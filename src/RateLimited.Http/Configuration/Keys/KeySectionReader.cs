using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Reads the keys of a service. What stands in a place where a key may have been meant is never repeated in a fault, not even as a name: whoever writes the section wrongly may have put a key anywhere.
/// </summary>
internal static class KeySectionReader
{
    private const string Right = "a list of keys, or a section with List, Environment or File";
    private const string NoSection = "one value, not a section";

    public static readonly IReadOnlyList<SectionKey<KeyOptions>> KeyKeys =
    [
        new("Name", static (reader, section, key) => key.Name = Text(reader, section, LimitFaults.NameRange)),
        new("Value", ReadValue),
        new("Environment", static (reader, section, key) => key.Environment = Text(reader, section, KeyFaults.VariableRight)),
        new("Limits", static (reader, section, key) => LimitSectionReader.Read(reader, section, key.Limits)),
        new("Tier", static (reader, section, key) => key.Tier = Text(reader, section, "the name of one of the preset's tiers")),
        new("Group", static (reader, section, key) => key.Group = Text(reader, section, LimitFaults.NameRange)),
        new("Weight", static (reader, section, key) => reader.Number(section, OptionBounds.Weight, value => key.Weight = (int)value)),
        new("Classes", static (reader, section, key) => ReadClasses(reader, section, key.Classes)),
        new("Origin", static (reader, section, key) => key.Origin = Text(reader, section, KeyFaults.OriginRight)),
    ];

    public static readonly IReadOnlyList<SectionKey<KeyPoolOptions>> Keys =
    [
        new("List", static (reader, section, pool) => ReadList(reader, section, pool.List)),
        new("Environment", static (reader, section, pool) => pool.Environment = Text(reader, section, KeyFaults.VariableRight)),
        new("File", static (reader, section, pool) => pool.File = Text(reader, section, KeyFaults.FileRight)),
        new("Group", static (reader, section, pool) => pool.Group = Text(reader, section, LimitFaults.NameRange)),
        new("Carrier", static (reader, section, pool) => pool.Carrier = Text(reader, section, KeyFaults.CarrierRight)),
        new("Origin", static (reader, section, pool) => pool.Origin = Text(reader, section, KeyFaults.OriginRight)),
        new("Selection", static (reader, section, pool) => ReadSelection(reader, section, pool)),
    ];

    public static void Read(SectionReader reader, IConfigurationSection section, KeyPoolOptions pool)
    {
        pool.IsDeclared = true;
        if (section.GetChildren().Any(static child => SectionReader.Knows(Keys, child.Key)))
        {
            ReadKnown(reader, section, pool, Keys);
        }
        else
        {
            ReadList(reader, section, pool.List);
        }
    }

    private static void ReadList(SectionReader reader, IConfigurationSection section, IList<KeyOptions> keys)
    {
        var children = section.GetChildren().ToArray();
        if (children.Length == 0)
        {
            if (!string.IsNullOrWhiteSpace(section.Value))
            {
                keys.Add(KeyOf(section));
            }
        }
        else if (!string.IsNullOrWhiteSpace(section.Value) || !Array.TrueForAll(children, static child => child.Key.All(char.IsAsciiDigit)))
        {
            reader.Refuse(section, "something else", Right);
        }
        else if (children.Length > OptionBounds.MaxKeys)
        {
            reader.Refuse(section, $"{children.Length} keys", $"at most {OptionBounds.MaxKeys}");
        }
        else
        {
            foreach (var child in children)
            {
                keys.Add(child.GetChildren().Any() ? SectionOf(reader, child) : KeyOf(child));
            }
        }
    }

    private static KeyOptions KeyOf(IConfigurationSection section)
    {
        var isKey = ApiKey.TryCreate(section.Value?.Trim(), out var key);
        return new KeyOptions { Value = key, IsUnreadable = !isKey, Path = section.Path };
    }

    private static KeyOptions SectionOf(SectionReader reader, IConfigurationSection section)
    {
        var key = new KeyOptions { Path = section.Path };
        ReadKnown(reader, section, key, KeyKeys);
        return key;
    }

    private static void ReadValue(SectionReader reader, IConfigurationSection section, KeyOptions key)
    {
        key.IsUnreadable = section.GetChildren().Any() || !ApiKey.TryCreate(section.Value?.Trim(), out var value);
        key.Value = key.IsUnreadable ? null : ApiKey.Create(section.Value!.Trim());
    }

    private static void ReadSelection(SectionReader reader, IConfigurationSection section, KeyPoolOptions pool)
    {
        var right = EnumText.Names<KeySelection>();
        if (Text(reader, section, right) is not { } text)
        {
            return;
        }

        if (EnumText.TryParse<KeySelection>(text, out var selection))
        {
            pool.Selection = selection;
        }
        else
        {
            reader.Refuse(section, "something else", right);
        }
    }

    private static void ReadClasses(SectionReader reader, IConfigurationSection section, IList<string> classes)
    {
        foreach (var element in reader.List(section, "each the name of a class of tenants"))
        {
            if (Text(reader, element, "the name of a class of tenants") is { } name)
            {
                classes.Add(name);
            }
        }
    }

    /// <summary>As a reader's text, without repeating what stands there.</summary>
    private static string? Text(SectionReader reader, IConfigurationSection section, string right)
    {
        if (section.GetChildren().Any())
        {
            reader.Refuse(section, "a section", $"{right}; {NoSection}");
            return null;
        }

        if (string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Missing, right);
            return null;
        }

        return section.Value.Trim();
    }

    private static void ReadKnown<T>(SectionReader reader, IConfigurationSection section, T target, IReadOnlyList<SectionKey<T>> known)
    {
        var names = string.Join(", ", known.Select(static key => key.Name));
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, "a value and a section", $"a section with {names}");
        }

        foreach (var child in section.GetChildren())
        {
            if (SectionReader.Knows(known, child.Key))
            {
                known.First(key => key.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)).Read(reader, child, target);
            }
            else
            {
                var near = NearestWord.To(child.Key, known.Select(static key => key.Name));
                reader.Refuse(section, Fault.UnknownKey, near is null ? $"one of {names}" : $"perhaps '{near}'; known here are {names}");
            }
        }
    }
}
