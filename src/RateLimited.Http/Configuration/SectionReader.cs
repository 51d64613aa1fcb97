using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>One key of a section and how its value becomes part of the options.</summary>
internal readonly record struct SectionKey<T>(string Name, Action<SectionReader, IConfigurationSection, T> Read);

/// <summary>
/// Reads values out of configuration and notes what is wrong with them instead of throwing. By hand and not by a binder: a binder takes <c>1,5</c> for 15, knows no path and
/// stops at the first fault.
/// </summary>
internal sealed class SectionReader(FaultList faults)
{
    private const string OneValue = "one value, not a section";

    /// <summary>Reads every key of a section; one that is not known is a fault.</summary>
    public void Keys<T>(IConfigurationSection section, T target, IReadOnlyList<SectionKey<T>> known)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            faults.Add(section.Path, Fault.Quote(section.Value), $"a section with {Known(known)}");
        }

        Keys(section.GetChildren(), target, known);
    }

    /// <summary>Reads some of a section's keys.</summary>
    public void Keys<T>(IEnumerable<IConfigurationSection> sections, T target, IReadOnlyList<SectionKey<T>> known)
    {
        foreach (var child in sections)
        {
            if (Find(known, child.Key) is { } key)
            {
                key.Read(this, child, target);
            }
            else
            {
                var names = known.Select(static key => key.Name).ToArray();
                var near = NearestWord.To(child.Key, names);
                faults.Add(child.Path, Fault.UnknownKey, near is null ? Known(known) : $"perhaps '{near}'; known here are {string.Join(", ", names)}");
            }
        }
    }

    public static bool Knows<T>(IReadOnlyList<SectionKey<T>> known, string name) => Find(known, name) is not null;

    public string? Text(IConfigurationSection section, string right)
    {
        if (section.GetChildren().Any())
        {
            faults.Add(section.Path, "a section", $"{right}; {OneValue}");
            return null;
        }

        if (string.IsNullOrWhiteSpace(section.Value))
        {
            faults.Add(section.Path, Fault.Missing, right);
            return null;
        }

        return section.Value.Trim();
    }

    public void Number(IConfigurationSection section, NumberRange range, Action<long> assign) =>
        Value(section, range.Right, text => NumberText.TryParse(text, out var value) && range.Contains(value) ? value : (long?)null, assign);

    /// <summary>A number that need not be whole.</summary>
    public void Amount(IConfigurationSection section, AmountRange range, Action<decimal> assign) =>
        Value(section, range.Right, text => NumberText.TryParseAmount(text, out var value) && range.Contains(value) ? value : (decimal?)null, assign);

    /// <summary>Amounts that need not be whole, by a name. Configuration cuts keys at a colon, so that a name with one in it arrives as a section within a section.</summary>
    public void Amounts(IConfigurationSection section, AmountRange range, IDictionary<string, decimal> amounts, string example)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            Refuse(section, Fault.Quote(section.Value), $"a section of names and amounts, such as {example}");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            ReadAmount(child, child.Key);
        }

        void ReadAmount(IConfigurationSection child, string name)
        {
            var parts = child.GetChildren().ToArray();
            foreach (var part in parts)
            {
                ReadAmount(part, $"{name}{ConfigurationPath.KeyDelimiter}{part.Key}");
            }

            if (parts.Length == 0)
            {
                Amount(child, range, value => amounts[name] = value);
            }
        }
    }

    /// <summary>Amounts by unit.</summary>
    public void Amounts(IConfigurationSection section, NumberRange range, IDictionary<string, long> amounts, string example)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            Refuse(section, Fault.Quote(section.Value), $"a section of units and amounts, such as {example}");
            return;
        }

        foreach (var child in section.GetChildren())
        {
            Number(child, range, value => amounts[child.Key] = value);
        }
    }

    public void Duration(IConfigurationSection section, DurationRange range, Action<TimeSpan> assign) =>
        Value(section, range.Right, text => DurationText.TryParse(text, out var value) && range.Contains(value) ? value : (TimeSpan?)null, assign);

    public void Choice<TEnum>(IConfigurationSection section, Action<TEnum> assign)
        where TEnum : struct, Enum =>
        Value(section, EnumText.Names<TEnum>(), static text => EnumText.TryParse<TEnum>(text, out var value) ? value : (TEnum?)null, assign);

    public void Truth(IConfigurationSection section, Action<bool> assign) =>
        Value(section, "true or false", static text => bool.TryParse(text, out var value) ? value : (bool?)null, assign);

    /// <summary>Statuses of failures.</summary>
    public void Statuses(IConfigurationSection section, IList<int> statuses)
    {
        foreach (var element in List(section, "such as [ 429, 503 ]"))
        {
            Number(element, ResilienceBounds.Status, value => statuses.Add((int)value));
        }
    }

    /// <summary>The elements of a list, where one value alone is a list of one and an empty value an empty list.</summary>
    public IReadOnlyList<IConfigurationSection> List(IConfigurationSection section, string right)
    {
        var children = section.GetChildren().ToArray();
        if (children.Length == 0)
        {
            return string.IsNullOrWhiteSpace(section.Value) ? [] : [section];
        }

        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            faults.Add(section.Path, "a value and a list", $"either one, {right}");
            return [];
        }

        var stray = Array.Find(children, static child => !child.Key.All(char.IsAsciiDigit));
        if (stray is not null)
        {
            faults.Add(stray.Path, Fault.UnknownKey, $"a list, {right}");
            return [];
        }

        return children;
    }

    /// <summary>A section, or true or false in its place.</summary>
    public void Switch(IConfigurationSection section, Action<bool> assign, Action readKeys)
    {
        if (IsSection(section))
        {
            readKeys();
        }
        else if (bool.TryParse(section.Value, out var isOn))
        {
            assign(isOn);
        }
        else
        {
            Refuse(section, Fault.Quote(section.Value), "true, false, or a section");
        }
    }

    /// <summary>An empty section comes without a value, as one that is not there would.</summary>
    public static bool IsSection(IConfigurationSection section) => section.GetChildren().Any() || string.IsNullOrEmpty(section.Value);

    public void Refuse(IConfigurationSection section, string value, string right) => faults.Add(section.Path, value, right);

    private void Value<T>(IConfigurationSection section, string right, Func<string, T?> read, Action<T> assign)
        where T : struct
    {
        if (Text(section, right) is not { } text)
        {
            return;
        }

        if (read(text) is { } value)
        {
            assign(value);
        }
        else
        {
            faults.Add(section.Path, Fault.Quote(text), right);
        }
    }

    private static SectionKey<T>? Find<T>(IReadOnlyList<SectionKey<T>> known, string name)
    {
        foreach (var key in known)
        {
            if (key.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return key;
            }
        }

        return null;
    }

    private static string Known<T>(IReadOnlyList<SectionKey<T>> known)
    {
        var names = string.Join(", ", known.Select(static key => key.Name));
        return known.Count == 1 ? names : $"one of {names}";
    }
}
