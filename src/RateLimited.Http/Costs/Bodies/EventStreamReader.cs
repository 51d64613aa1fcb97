using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs.Bodies;

/// <summary>Takes the data out of server-sent events as they pass (HTML standard, 9.2.6) and hands it on as JSON, each event for itself. Keeps nothing but where it stands.</summary>
internal sealed class EventStreamReader(JsonScanner scanner)
{
    private Place _place;
    private int _matched;
    private bool _isFirstLine = true;
    private bool _isAfterReturn;

    private enum Place : byte
    {
        Field,
        Data,
        Other,
    }

    private static ReadOnlySpan<byte> DataField => "data:"u8;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_isAfterReturn)
            {
                // A return and a line feed behind it end one line.
                _isAfterReturn = false;
                if (bytes[0] == '\n')
                {
                    bytes = bytes[1..];
                    continue;
                }
            }

            bytes = bytes[(_place == Place.Field ? Field(bytes) : Line(bytes))..];
        }
    }

    public void End() => scanner.End();

    private int Field(ReadOnlySpan<byte> bytes)
    {
        if (_matched == 0 && bytes[0] is (byte)'\n' or (byte)'\r')
        {
            // A line of nothing ends the event.
            scanner.End();
            scanner.Reset();
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
        return 1;
    }
}
