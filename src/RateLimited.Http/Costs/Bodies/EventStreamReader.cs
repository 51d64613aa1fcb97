using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs.Bodies;

/// <summary>
/// Takes the data out of server-sent events as they pass (HTML standard, 9.2.6) and hands it on as JSON, each event for itself. Keeps nothing but where it stands, and the beginning of an event
/// whose end has not come. Most events of a stream say nothing that anybody looks for: those are passed by as a whole, without being read.
/// </summary>
internal sealed class EventStreamReader(JsonScanner scanner)
{
    /// <summary>How much is searched at once, so that not all of a large buffer is searched again for each event in it that must be read.</summary>
    private const int Nearby = 4096;

    /// <summary>Longer events are read when they come in pieces.</summary>
    private const int MostHeld = 2048;

    private Place _place;
    private int _matched;
    private bool _isFirstLine = true;
    private bool _isAfterReturn;
    private bool _isBetween = true;
    private bool _hasReturns;
    private byte[] _held = [];
    private int _heldLength;

    private enum Place : byte
    {
        Field,
        Data,
        Other,
    }

    private static ReadOnlySpan<byte> DataField => "data:"u8;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Where lines end with line feeds alone, as nearly everybody's do, this ends an event.</summary>
    private static ReadOnlySpan<byte> Blank => "\n\n"u8;

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[(_isBetween && !_hasReturns ? Pass(bytes) : Step(bytes))..];
        }
    }

    /// <summary>Nothing more comes: what there is of the last event counts.</summary>
    public void End()
    {
        Release();
        scanner.End();
    }

    /// <summary>Passes by the whole events that are next, or reads on in the one that must be read. Returns how many bytes that were.</summary>
    private int Pass(ReadOnlySpan<byte> bytes)
    {
        if (_heldLength > 0)
        {
            return Hold(bytes);
        }

        var near = bytes[..Math.Min(bytes.Length, Nearby)];
        var events = near[..(near.LastIndexOf(Blank) is >= 0 and var end ? end + Blank.Length : 0)];
        if (events.IsEmpty)
        {
            return bytes.Length <= MostHeld ? Hold(bytes) : Step(bytes);
        }

        var first = scanner.FirstOf(events);
        var before = first < 0 ? events.Length : events[..first].LastIndexOf(Blank) is >= 0 and var last ? last + Blank.Length : 0;
        if (before == 0)
        {
            return Step(bytes);
        }

        _isFirstLine = false;
        return before;
    }

    /// <summary>Keeps the pieces of an event until it is whole, and then passes it by or reads it. Returns how many bytes were taken.</summary>
    private int Hold(ReadOnlySpan<byte> bytes)
    {
        if (_held.Length == 0)
        {
            _held = new byte[MostHeld];
        }

        var more = bytes[..Math.Min(bytes.Length, MostHeld - _heldLength)];
        var end = _heldLength > 0 && _held[_heldLength - 1] == '\n' && more[0] == '\n' ? 1 : more.IndexOf(Blank) is >= 0 and var blank ? blank + Blank.Length : -1;
        more = end < 0 ? more : more[..end];
        more.CopyTo(_held.AsSpan(_heldLength));
        _heldLength += more.Length;
        if (end >= 0 && scanner.FirstOf(_held.AsSpan(0, _heldLength)) < 0)
        {
            (_heldLength, _isFirstLine) = (0, false);
        }
        else if (end >= 0 || _heldLength == MostHeld)
        {
            Release();
        }

        return more.Length;
    }

    /// <summary>Reads what was kept.</summary>
    private void Release()
    {
        var held = _held.AsSpan(0, _heldLength);
        _heldLength = 0;
        while (!held.IsEmpty)
        {
            held = held[Step(held)..];
        }
    }

    /// <summary>Reads up to the end of a line, or of a field's name. Returns how many bytes that were.</summary>
    private int Step(ReadOnlySpan<byte> bytes)
    {
        if (_isAfterReturn)
        {
            // A return and a line feed behind it end one line.
            _isAfterReturn = false;
            if (bytes[0] == '\n')
            {
                return 1;
            }
        }

        _isBetween = false;
        return _place == Place.Field ? Field(bytes) : Line(bytes);
    }

    private int Field(ReadOnlySpan<byte> bytes)
    {
        if (_matched == 0 && bytes[0] is (byte)'\n' or (byte)'\r')
        {
            // A line of nothing ends the event.
            scanner.End();
            scanner.Reset();
            _isBetween = true;
            return EndLine(bytes[0]);
        }

        if (_isFirstLine && _matched == 0 && ByteOrderMark.Contains(bytes[0]))
        {
            return 1;
        }

        var common = bytes.CommonPrefixLength(DataField[_matched..]);
        _matched += common;
        _place = _matched == DataField.Length ? Place.Data : common < bytes.Length ? Place.Other : Place.Field;
        return common;
    }

    private int Line(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
        if (_place == Place.Data)
        {
            // One space behind the colon is no part of the data, and to JSON it does not matter. Several lines of data are one document, with line feeds between.
            scanner.Feed(end < 0 ? bytes : bytes[..end]);
            scanner.Feed(end < 0 ? default : "\n"u8);
        }

        return end < 0 ? bytes.Length : end + EndLine(bytes[end]);
    }

    private int EndLine(byte last)
    {
        (_place, _matched, _isFirstLine, _isAfterReturn) = (Place.Field, 0, false, last == '\r');
        _hasReturns |= last == '\r';
        return 1;
    }
}
