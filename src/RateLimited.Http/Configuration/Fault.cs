using System.Globalization;
using System.Text;

namespace RateLimited.Http.Configuration;

/// <summary>One thing that is wrong in the options: where, what stands there, and what would be right.</summary>
internal readonly record struct Fault(string Path, string Value, string Right)
{
    public const string Missing = "missing";
    public const string UnknownKey = "unknown key";
    public const string UnknownUnit = "unknown unit";

    private const int ExcerptLength = 60;

    public override string ToString() => $"{Path}: {Value} → {Right}.";

    public static string Quote(string? text) => text is null ? Missing : $"'{Excerpt(text)}'";

    public static string Quote(TimeSpan? value) => value is { } duration ? Quote(duration.ToString("c", CultureInfo.InvariantCulture)) : Missing;

    public static string Quote(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Quote(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The text as it may stand in a log: short, and on one line.</summary>
    public static string Excerpt(string text, int maxLength = ExcerptLength)
    {
        var excerpt = new StringBuilder(Math.Min(text.Length, maxLength) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (excerpt.Length >= maxLength)
            {
                return excerpt.Append('…').ToString();
            }

            var printable = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
            excerpt.Append(printable ? rune.ToString() : "?");
        }

        return excerpt.ToString();
    }
}
