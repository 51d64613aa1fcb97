using System.Buffers;

namespace RateLimited.Http.Costs.Json;

/// <summary>
/// Reads JSON as it passes, in pieces of any size, and keeps nothing of it but where it stands: a place in the grammar, the kinds of the containers around it, and the beginning of a name
/// or a number that a piece ended in. What nobody asked for is jumped over. It is lenient, for it judges nothing: whatever it reads, it neither throws nor grows, and what is no JSON
/// leaves it broken until it is reset. One value may follow another, as lines of JSON do.
/// </summary>
internal abstract partial class JsonScanner
{
    /// <summary>How deep containers are told apart. Deeper ones may be jumped over, but not looked into.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longer names and numbers are told as unknown.</summary>
    public const int MaxToken = 64;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789.+-eE"u8);

    private readonly byte[] _token = new byte[MaxToken];
    private Place _place;
    private bool _isNameNext;
    private bool _isSkipping;
    private ulong _objects;
    private int _tokenLength;
    private int _escape;
    private int _digits;

    private enum Place : byte
    {
        Between,
        Name,
        NameEscape,
        Text,
        Escape,
        Unicode,
        Number,
        Literal,
        Skip,
        SkipText,
        SkipEscape,
    }

    /// <summary>Whether what came is no JSON, or deeper than can be followed.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>How many containers stand around the present place.</summary>
    protected int Depth { get; private set; }

    /// <summary>Takes in the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !IsBroken)
        {
            var read = _place switch
            {
                Place.Between => Between(bytes),
                Place.Name => Name(bytes),
                Place.NameEscape => NameEscape(bytes),
                Place.Text => Text(bytes),
                Place.Escape => Escape(bytes[0]),
                Place.Unicode => Unicode(bytes[0]),
                Place.Number => Number(bytes),
                Place.Literal => Literal(bytes),
                Place.Skip => Skip(bytes),
                Place.SkipText => SkipText(bytes),
                _ => SkipEscape(),
            };
            bytes = bytes[read..];
        }
    }

    /// <summary>Where in whole documents the first may be that need be taken in at all; -1 where none need be. Takes nothing in.</summary>
    public virtual int FirstOf(ReadOnlySpan<byte> documents) => 0;

    /// <summary>Nothing more comes: a number that stood at the very end has ended.</summary>
    public void End()
    {
        if (_place == Place.Number && !IsBroken)
        {
            EndNumber();
        }
    }

    /// <summary>Begins anew, as if nothing had been read.</summary>
    public void Reset()
    {
        (_place, _isNameNext, _isSkipping, _objects, Depth, IsBroken) = (Place.Between, false, false, 0, 0, false);
        OnReset();
    }

    /// <summary>A property's name was read. Returns whether its value is wanted; else it is jumped over.</summary>
    /// <param name="name">The name as it is written, or nothing where it is longer than <see cref="MaxToken"/>.</param>
    protected abstract bool OnName(ReadOnlySpan<byte> name);

    /// <summary>An element of an array begins, or a value that stands alone. Returns whether it is wanted.</summary>
    protected abstract bool OnElement();

    /// <summary>A container begins that is wanted.</summary>
    protected abstract void OnBegin(bool isObject);

    /// <summary>A container has ended that was wanted.</summary>
    protected abstract void OnEnd();

    /// <summary>A piece of a string that is wanted, as it is written: UTF-8, perhaps cut within a character.</summary>
    protected abstract void OnText(ReadOnlySpan<byte> text);

    /// <summary>A character of a string that was written as an escape; of those beyond the basic plane one half.</summary>
    protected abstract void OnEscape(char unit);

    /// <summary>A string that is wanted begins.</summary>
    protected abstract void OnTextBegin();

    /// <summary>A string that is wanted has ended.</summary>
    protected abstract void OnTextEnd();

    /// <summary>A number that is wanted, or nothing where it is longer than <see cref="MaxToken"/>.</summary>
    protected abstract void OnNumber(ReadOnlySpan<byte> number);

    /// <summary>A <c>true</c>, <c>false</c> or <c>null</c> that is wanted, by its first letter.</summary>
    protected abstract void OnLiteral(byte first);

    protected abstract void OnReset();

    private int Between(ReadOnlySpan<byte> bytes)
    {
        switch (bytes[0])
        {
            case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or 0xEF or 0xBB or 0xBF:
                // A byte order mark before it is as good as white space.
                return 1;
            case (byte)',':
                _isNameNext = IsInObject;
                return 1;
            case (byte)':':
                _isNameNext = false;
                return 1;
            case (byte)'"' when _isNameNext:
                (_place, _tokenLength) = (Place.Name, 0);
                return 1;
            case (byte)'}' or (byte)']':
                Close();
                return 1;
            default:
                BeginValue(bytes[0]);

                // A number or a literal is read from its first byte on.
                return _place is Place.Number or Place.Literal ? 0 : 1;
        }
    }

    private bool IsInObject => Depth > 0 && (_objects >> (Depth - 1) & 1) == 1;

    private void BeginValue(byte first)
    {
        if (!IsInObject)
        {
            _isSkipping = !OnElement();
        }

        switch (first)
        {
            case (byte)'{' or (byte)'[' when _isSkipping:
                (_place, _skipDepth) = (Place.Skip, 1);
                break;
            case (byte)'{' or (byte)'[':
                Open(first == '{');
                break;
            case (byte)'"' when _isSkipping:
                (_place, _skipDepth) = (Place.SkipText, 0);
                break;
            case (byte)'"':
                _place = Place.Text;
                OnTextBegin();
                break;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                (_place, _tokenLength) = (Place.Number, 0);
                break;
            case >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z':
                _place = Place.Literal;
                if (!_isSkipping)
                {
                    OnLiteral(first);
                }

                break;
            default:
                IsBroken = true;
                break;
        }
    }

    private void Open(bool isObject)
    {
        if (Depth == MaxDepth)
        {
            IsBroken = true;
            return;
        }

        var bit = 1UL << Depth;
        _objects = isObject ? _objects | bit : _objects & ~bit;
        Depth++;
        _isNameNext = isObject;
        OnBegin(isObject);
    }

    private void Close()
    {
        if (Depth == 0)
        {
            IsBroken = true;
            return;
        }

        Depth--;
        _isNameNext = false;
        OnEnd();
    }

    private int Name(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'"', (byte)'\\');
        var part = end < 0 ? bytes : bytes[..end];
        if (end < 0 || bytes[end] == '\\')
        {
            Keep(part);
            _place = end < 0 ? Place.Name : Place.NameEscape;
            return end < 0 ? bytes.Length : end + 1;
        }

        if (_tokenLength > 0)
        {
            Keep(part);
            part = Token;
        }

        (_place, _isNameNext) = (Place.Between, false);
        _isSkipping = !OnName(part.Length <= MaxToken ? part : default);
        return end + 1;
    }

    /// <summary>No name that is asked for has an escape in it: what is kept is as it is written, and equals none.</summary>
    private int NameEscape(ReadOnlySpan<byte> bytes)
    {
        Keep("\\"u8);
        Keep(bytes[..1]);
        _place = Place.Name;
        return 1;
    }

    private int Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'"', (byte)'\\');
        var part = end < 0 ? bytes : bytes[..end];
        if (!part.IsEmpty)
        {
            OnText(part);
        }

        if (end < 0)
        {
            return bytes.Length;
        }

        if (bytes[end] == '\\')
        {
            _place = Place.Escape;
        }
        else
        {
            _place = Place.Between;
            OnTextEnd();
        }

        return end + 1;
    }

    private int Escape(byte letter)
    {
        if (letter == 'u')
        {
            (_place, _escape, _digits) = (Place.Unicode, 0, 0);
            return 1;
        }

        _place = Place.Text;
        OnEscape(letter switch
        {
            (byte)'n' => '\n',
            (byte)'t' => '\t',
            (byte)'r' => '\r',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            _ => (char)letter,
        });
        return 1;
    }

    private int Unicode(byte digit)
    {
        if (!char.IsAsciiHexDigit((char)digit))
        {
            IsBroken = true;
            return 1;
        }

        _escape = (_escape << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        if (++_digits == 4)
        {
            _place = Place.Text;
            OnEscape((char)_escape);
        }

        return 1;
    }

    private int Number(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAnyExcept(Digits);
        Keep(end < 0 ? bytes : bytes[..end]);
        if (end < 0)
        {
            return bytes.Length;
        }

        EndNumber();
        return end;
    }

    private void EndNumber()
    {
        _place = Place.Between;
        if (!_isSkipping)
        {
            OnNumber(Token);
        }
    }

    private int Literal(ReadOnlySpan<byte> bytes)
    {
        var end = 0;
        while (end < bytes.Length && char.IsAsciiLetter((char)bytes[end]))
        {
            end++;
        }

        _place = end < bytes.Length ? Place.Between : Place.Literal;
        return end;
    }

    /// <summary>What was kept, or nothing where it is not all.</summary>
    private ReadOnlySpan<byte> Token => _tokenLength <= MaxToken ? _token.AsSpan(0, _tokenLength) : default;

    /// <summary>Keeps as much as fits; the length tells whether it was all.</summary>
    private void Keep(ReadOnlySpan<byte> part)
    {
        if (part.Length > MaxToken - _tokenLength)
        {
            _tokenLength = MaxToken + 1;
            return;
        }

        part.CopyTo(_token.AsSpan(_tokenLength));
        _tokenLength += part.Length;
    }
}
