namespace RateLimited.Http.Configuration;

/// <summary>Whole numbers as configuration writes them: digits, with <c>_</c> between them where that reads better. The same in every culture.</summary>
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
}
