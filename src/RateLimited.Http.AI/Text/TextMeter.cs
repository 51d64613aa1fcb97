namespace RateLimited.Http.AI.Text;

/// <summary>
/// Counts the features of text as it passes, in pieces of any size, cut anywhere: it keeps where it stands in a word and in a character, and nothing of the text. Bytes that are no UTF-8
/// count as something, and harm nothing.
/// </summary>
internal sealed class TextMeter : ITextSink
{
    private const int ShortWord = 5;
    private const int DigitGroup = 3;

    private TextCounts _counts;
    private Kind _last;
    private int _run;
    private bool _isCapital;
    private int _character;
    private int _missing;
    private char _half;

    private enum Kind : byte
    {
        Nothing,
        Letter,
        Digit,
        Symbol,
        Space,
        Line,
        Else,
    }

    public ref TextCounts Counts => ref _counts;

    /// <summary>Takes in UTF-8.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            if (octet < 0x80)
            {
                Ascii(octet);
            }
            else
            {
                Octet(octet);
            }
        }
    }

    /// <summary>Takes in a character that was written as an escape; of those beyond the basic plane one half, and then the other.</summary>
    public void Add(char unit)
    {
        if (char.IsHighSurrogate(unit))
        {
            _half = unit;
        }
        else if (char.IsLowSurrogate(unit))
        {
            Character(_half == 0 ? unit : char.ConvertToUtf32(_half, unit));
            _half = default;
        }
        else if (unit < 0x80)
        {
            Ascii((byte)unit);
        }
        else
        {
            Character(unit);
        }
    }

    /// <summary>A text has ended: the next one does not go on where it stopped.</summary>
    public void End() => (_last, _run, _isCapital, _missing, _half) = (Kind.Nothing, 0, false, 0, default);

    private void Ascii(byte octet)
    {
        _missing = 0;
        if ((byte)((octet | 0x20) - 'a') <= 'z' - 'a')
        {
            Letter(isCapital: octet < 'a', isMarked: false);
        }
        else if ((byte)(octet - '0') <= 9)
        {
            _run = _last == Kind.Digit ? _run + 1 : 0;
            _counts[TextFeature.DigitGroups] += _run % DigitGroup == 0 ? 1 : 0;
            _last = Kind.Digit;
        }
        else if (octet is (byte)'\n' or (byte)'\r')
        {
            _last = Kind.Line;
        }
        else if (octet is (byte)' ' or (byte)'\t')
        {
            _counts[TextFeature.Indents] += _last == Kind.Line ? 1 : 0;
            _last = Kind.Space;
        }
        else
        {
            _counts[TextFeature.Symbols] += _last == Kind.Symbol ? 0 : 1;
            _last = Kind.Symbol;
        }
    }

    private void Letter(bool isCapital, bool isMarked)
    {
        if (_last != Kind.Letter || (isCapital && !_isCapital))
        {
            _counts[TextFeature.Words]++;
            _run = 0;
        }

        _counts[TextFeature.LongLetters] += ++_run > ShortWord ? 1 : 0;
        _counts[TextFeature.MarkedLetters] += isMarked ? 1 : 0;
        (_last, _isCapital) = (Kind.Letter, isCapital);
    }

    private void Octet(byte octet)
    {
        if (octet < 0xC0)
        {
            // One that nothing began counts by itself, so that no bytes are free.
            _character = _missing > 0 ? (_character << 6) | (octet & 0x3F) : char.MaxValue;
            _missing = Math.Max(_missing - 1, 0);
        }
        else
        {
            (_character, _missing) = octet < 0xE0 ? (octet & 0x1F, 1) : octet < 0xF0 ? (octet & 0x0F, 2) : (octet & 0x07, 3);
        }

        if (_missing == 0)
        {
            Character(_character);
        }
    }

    private void Character(int character)
    {
        var feature = Scripts.Of(character);
        if (feature == TextFeature.MarkedLetters)
        {
            Letter(isCapital: false, isMarked: true);
            return;
        }

        _counts[feature]++;
        _last = feature == TextFeature.Symbols ? Kind.Symbol : Kind.Else;
    }
}
