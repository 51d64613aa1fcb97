namespace RateLimited.Http.Signals.Values;

/// <summary>
/// One element of the drafts' lists, whichever generation wrote it: <c>100;w=60</c>, <c>"burst";q=100;w=60</c>, <c>"default";r=50;t=30</c>, and HuggingFace's malformed
/// <c>"fixed window";"api";q=1000;w=300</c>, whose second string is the name that its <c>RateLimit</c> uses.
/// </summary>
internal ref struct Policy
{
    private bool _hasNumber;

    public int NameStart { get; private set; }

    public int NameLength { get; private set; }

    public int KeyStart { get; private set; }

    public int KeyLength { get; private set; }

    public string Unit { get; private set; }

    public long? Limit { get; private set; }

    public long? Remaining { get; private set; }

    /// <summary>Ticks.</summary>
    public long? Reset { get; private set; }

    /// <summary>Ticks, 0 for none.</summary>
    public long Window { get; private set; }

    /// <summary>The element begins with a number, as all did before the eighth draft.</summary>
    public readonly bool IsNumbered => _hasNumber;

    /// <summary>Reads one element. Parameters that are unknown or wrong are passed over; false when nothing is left that means anything.</summary>
    public static bool TryRead(ReadOnlySpan<char> element, int start, out Policy policy)
    {
        policy = new Policy { Unit = UnitCost.Requests };
        var parts = new Elements(element, ';');
        var first = true;
        while (parts.MoveNext())
        {
            if (first)
            {
                policy.ReadItem(parts.Current, start + parts.Start);
                first = false;
            }
            else
            {
                policy.ReadParameter(parts.Current, start + parts.Start);
            }
        }

        return policy.NameLength > 0 || policy._hasNumber;
    }

    private void ReadItem(ReadOnlySpan<char> item, int start)
    {
        if (Numbers.TryCount(item, out var number))
        {
            _hasNumber = true;
            Limit = number;
            return;
        }

        ReadName(item, start);
    }

    private void ReadName(ReadOnlySpan<char> text, int start)
    {
        var quoted = text.Length > 1 && text[0] == '"' && text[^1] == '"';
        var name = quoted ? text[1..^1] : text;
        if (name.IsEmpty || (!quoted && name.ContainsAny(" \"=:,")))
        {
            return;
        }

        NameStart = start + (quoted ? 1 : 0);
        NameLength = name.Length;
    }

    private void ReadParameter(ReadOnlySpan<char> parameter, int start)
    {
        var equals = parameter.IndexOf('=');
        if (equals < 0)
        {
            if (parameter.StartsWith("\"") && NameLength > 0)
            {
                ReadName(parameter, start);
            }

            return;
        }

        var key = parameter[..equals].Trim();
        var value = parameter[(equals + 1)..];
        var valueStart = start + equals + 1 + (value.Length - value.TrimStart().Length);
        value = value.Trim();
        switch (key)
        {
            case "q" when Numbers.TryCount(value, out var quota):
                Limit = Least(Limit, quota);
                break;
            case "r" when Numbers.TryCount(value, out var left):
                Remaining = Least(Remaining, left);
                break;
            case "t" when Numbers.TryScaled(value, TimeSpan.TicksPerSecond, roundUp: true, out var reset):
                Reset = Math.Max(Reset ?? 0, reset);
                break;
            case "w" or "window" when Numbers.TryScaled(value, TimeSpan.TicksPerSecond, roundUp: true, out var window):
                Window = Math.Max(Window, window);
                break;
            case "qu" when value.Length is > 2 and <= 34:
                Unit = UnitName(value.Trim('"'));
                break;
            case "pk" when value.Length > 2 && value[0] == ':' && value[^1] == ':':
                (KeyStart, KeyLength) = (valueStart + 1, value.Length - 2);
                break;
            default:
                break;
        }
    }

    private static long Least(long? known, long value) => known is { } before ? Math.Min(before, value) : value;

    private static string UnitName(ReadOnlySpan<char> value) => value switch
    {
        UnitCost.Requests => UnitCost.Requests,
        "content-bytes" => "content-bytes",
        "concurrent-requests" => "concurrent-requests",
        _ => value.ToString(),
    };
}
