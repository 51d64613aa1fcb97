namespace RateLimited.Http.Signals.Values;

/// <summary>The elements of a list: what stands between commas that are in no quotes. At most <see cref="SignalBounds.MaxHeaderLength"/> of the text is looked at, and no element that is cut off there.</summary>
internal ref struct Elements
{
    private const int Most = 64;

    private readonly char _separator;
    private ReadOnlySpan<char> _rest;
    private int _at;
    private int _left = Most;
    private bool _ended;

    public Elements(ReadOnlySpan<char> text, char separator = ',')
    {
        _separator = separator;
        _rest = text;
        if (text.Length > SignalBounds.MaxHeaderLength)
        {
            var last = text[..SignalBounds.MaxHeaderLength].LastIndexOf(separator);
            _rest = last < 0 ? [] : text[..last];
        }

        _ended = _rest.IsEmpty;
    }

    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Where the current element begins in the whole.</summary>
    public int Start { get; private set; }

    public bool MoveNext()
    {
        if (_ended || _left-- == 0)
        {
            return false;
        }

        var end = End(_rest);
        var element = end < 0 ? _rest : _rest[..end];
        var trimmed = element.TrimStart();
        Start = _at + element.Length - trimmed.Length;
        Current = trimmed.TrimEnd();
        _ended = end < 0;
        if (!_ended)
        {
            _rest = _rest[(end + 1)..];
            _at += end + 1;
        }

        return true;
    }

    private readonly int End(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == '\\' && quoted)
            {
                i++;
            }
            else if (text[i] == _separator && !quoted)
            {
                return i;
            }
        }

        return -1;
    }
}
