namespace RateLimited.Http.Signals.Values;

/// <summary>
/// Numbers as headers write them: ASCII digits, perhaps a fraction. No sign, no exponent, no thousands: a minus is a sentinel for "unknown" (Azure's <c>-1</c>) and the rest is noise.
/// </summary>
internal static class Numbers
{
    private const int MostDigits = 64;

    /// <summary>What is not longer fits into a <see cref="long"/>.</summary>
    private const int ShortNumber = 18;

    /// <summary>A count. A fraction is cut off; what is larger than a <see cref="long"/> is the largest one.</summary>
    public static bool TryCount(ReadOnlySpan<char> text, out long value) =>
        (text.Length is > 0 and <= ShortNumber && TryShort(text, out value)) || TryScaled(text.Trim(), 1, roundUp: false, out value);

    /// <summary>A number times a power of ten or any other scale, in integers.</summary>
    public static bool TryScaled(ReadOnlySpan<char> text, long scale, bool roundUp, out long value)
    {
        // Nearly every number is short and whole, and 128 bits cost more than all else about it.
        if (text.Length is > 0 and <= ShortNumber && TryShort(text, out var number) && Math.BigMul(number, scale, out value) == 0 && value >= 0)
        {
            return true;
        }

        value = 0;
        if (text.Length is 0 or > MostDigits)
        {
            return false;
        }

        var read = ReadScaled(text, scale, roundUp, out value);
        return read == text.Length;
    }

    /// <summary>Reads a number from the beginning of a text. Returns how many characters it took, 0 for none.</summary>
    public static int ReadScaled(ReadOnlySpan<char> text, long scale, bool roundUp, out long value)
    {
        value = 0;
        var whole = DigitsAt(text);
        if (whole == 0)
        {
            return 0;
        }

        UInt128 sum = 0;
        foreach (var c in text[..whole])
        {
            sum = sum > long.MaxValue ? sum : (sum * 10) + (uint)(c - '0');
        }

        sum = sum > long.MaxValue ? long.MaxValue : sum;
        var total = sum * (ulong)scale;
        var read = whole;
        if (whole + 1 < text.Length && text[whole] == '.' && DigitsAt(text[(whole + 1)..]) is var fraction and > 0)
        {
            total += Fraction(text.Slice(whole + 1, fraction), scale, roundUp);
            read += 1 + fraction;
        }

        value = total > long.MaxValue ? long.MaxValue : (long)total;
        return read;
    }

    /// <summary>A whole number of so few digits that it cannot overflow.</summary>
    private static bool TryShort(ReadOnlySpan<char> text, out long value)
    {
        // Counted in a local: what is handed out lives in memory, and to go there and back takes longer than a digit.
        var number = 0L;
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            number = (number * 10) + (c - '0');
        }

        value = number;
        return true;
    }

    private static UInt128 Fraction(ReadOnlySpan<char> digits, long scale, bool roundUp)
    {
        UInt128 numerator = 0;
        UInt128 denominator = 1;
        var beyond = false;
        for (var i = 0; i < digits.Length; i++)
        {
            if (i < 15)
            {
                numerator = (numerator * 10) + (uint)(digits[i] - '0');
                denominator *= 10;
            }
            else
            {
                beyond |= digits[i] != '0';
            }
        }

        var scaled = (numerator * (ulong)scale) + (roundUp && beyond ? UInt128.One : UInt128.Zero);
        return (scaled + (roundUp ? denominator - 1 : 0)) / denominator;
    }

    private static int DigitsAt(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
