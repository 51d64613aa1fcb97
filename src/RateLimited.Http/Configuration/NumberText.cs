namespace RateLimited.Http.Configuration;

/// <summary>Numbers as configuration writes them: digits, with <c>_</c> between them where that reads better, and a point where they need not be whole. The same in every culture.</summary>
internal static class NumberText
{
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var afterDigit = false;
        foreach (var c in text)
        {
            if (c == '_' && afterDigit)
            {
                afterDigit = false;
                continue;
            }

            if (!char.IsAsciiDigit(c) || value > (long.MaxValue - 9) / 10)
            {
                return false;
            }

            value = value * 10 + (c - '0');
            afterDigit = true;
        }

        return afterDigit;
    }

    /// <summary>A number that need not be whole: at most 12 digits behind the point.</summary>
    public static bool TryParseAmount(ReadOnlySpan<char> text, out decimal value)
    {
        const int MostDigits = 12;
        var point = text.IndexOf('.');
        var part = point < 0 ? default : text[(point + 1)..];
        value = 0;
        if (!TryParse(point < 0 ? text : text[..point], out var whole) || part.Length > MostDigits || part.ContainsAnyExceptInRange('0', '9') || (point >= 0 && part.IsEmpty))
        {
            return false;
        }

        value = whole;
        var place = 1m;
        foreach (var digit in part)
        {
            place /= 10;
            value += (digit - '0') * place;
        }

        return true;
    }
}
