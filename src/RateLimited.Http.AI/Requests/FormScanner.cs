using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using RateLimited.Http.AI.Audio;
using RateLimited.Http.AI.Text;
using RateLimited.Http.Costs.Bodies;

namespace RateLimited.Http.AI.Requests;

/// <summary>
/// Reads a form with files (multipart/form-data, RFC 7578) as it passes: the model's name, the prompt, and of an audio file how long it is. It keeps a short head of each part and what the
/// length of audio needs, and nothing else.
/// </summary>
internal sealed class FormScanner : SinkStream
{
    private const int MaxHead = 1024;
    private const int MaxField = 64;

    private readonly Prompt _prompt;
    private readonly TextMeter _text;
    private readonly byte[] _delimiter;
    private readonly byte[] _head = new byte[MaxHead];
    private readonly byte[] _field = new byte[MaxField];
    private readonly AudioProbe _audio = new();
    private Place _place = Place.Body;
    private Field _kind = Field.Other;
    private int _matched = 2;
    private int _headLength;
    private int _fieldLength;

    private FormScanner(Prompt prompt, TextMeter text, string boundary)
    {
        _prompt = prompt;
        _text = text;
        _delimiter = Encoding.ASCII.GetBytes($"\r\n--{boundary}");
    }

    private enum Place : byte
    {
        Body,
        Head,
        End,
    }

    private enum Field : byte
    {
        Other,
        Model,
        Choices,
        Prompt,
        File,
    }

    /// <summary>A scanner for a form, or null where the content is none.</summary>
    public static FormScanner? For(HttpContent content, Prompt prompt, TextMeter text) =>
        content.Headers.NonValidated.TryGetValues("Content-Type", out var type) && MediaTypeHeaderValue.TryParse(type.ToString(), out var media)
        && string.Equals(media.MediaType, "multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && media.Parameters.FirstOrDefault(static parameter => parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"') is { Length: > 0 and <= 200 } boundary
            ? new FormScanner(prompt, text, boundary)
            : null;

    /// <summary>The form has been read.</summary>
    public void Complete()
    {
        EndPart();
        _prompt.AudioSeconds = _audio.Length;
        _prompt.IsRead = true;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && _place != Place.End)
        {
            buffer = buffer[(_place == Place.Head ? Head(buffer) : Body(buffer))..];
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _audio.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The body of a part up to the delimiter. Only its first byte is a return, so that what does not match begins anew with that byte.</summary>
    private int Body(ReadOnlySpan<byte> buffer)
    {
        if (_matched == 0)
        {
            var start = buffer.IndexOf(_delimiter[0]);
            Take(start < 0 ? buffer : buffer[..start]);
            _matched = start < 0 ? 0 : 1;
            return start < 0 ? buffer.Length : start + 1;
        }

        var common = buffer.CommonPrefixLength(_delimiter.AsSpan(_matched));
        _matched += common;
        if (_matched == _delimiter.Length)
        {
            EndPart();
            (_place, _headLength, _matched) = (Place.Head, 0, 0);
        }
        else if (common < buffer.Length)
        {
            // The delimiter at the very beginning has no line before it.
            Take(_kind == Field.Other ? default : _delimiter.AsSpan(0, _matched));
            _matched = 0;
        }

        return common;
    }

    /// <summary>The head of a part up to its empty line; behind the last part two dashes stand in its place.</summary>
    private int Head(ReadOnlySpan<byte> buffer)
    {
        if (_headLength == MaxHead)
        {
            _place = Place.End;
            return buffer.Length;
        }

        _head[_headLength++] = buffer[0];
        var head = _head.AsSpan(0, _headLength);
        if (head.SequenceEqual("--"u8))
        {
            _place = Place.End;
        }
        else if (head.EndsWith("\r\n\r\n"u8))
        {
            _kind = KindOf(Encoding.UTF8.GetString(head));
            (_place, _fieldLength) = (Place.Body, 0);
        }

        return 1;
    }

    private static Field KindOf(string head)
    {
        const string Name = "name=";
        var start = head.IndexOf("; " + Name, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return Field.Other;
        }

        var name = head.AsSpan(start + Name.Length + 2);
        name = name[..name.IndexOfAny(';', '\r')].Trim('"');
        return name switch
        {
            "model" => Field.Model,
            "n" => Field.Choices,
            "prompt" => Field.Prompt,
            "file" => Field.File,
            _ => Field.Other,
        };
    }

    private void Take(ReadOnlySpan<byte> part)
    {
        switch (_kind)
        {
            case Field.Model or Field.Choices:
                var length = Math.Min(part.Length, MaxField - _fieldLength);
                part[..length].CopyTo(_field.AsSpan(_fieldLength));
                _fieldLength += length;
                break;
            case Field.Prompt:
                _text.Add(part);
                break;
            case Field.File:
                _audio.Add(part);
                break;
            default:
                break;
        }
    }

    private void EndPart()
    {
        var field = _field.AsSpan(0, _fieldLength);
        if (_kind == Field.Model)
        {
            _prompt.Model = Encoding.UTF8.GetString(field).Trim();
        }
        else if (_kind == Field.Choices && Utf8Parser.TryParse(field, out int count, out _) && count > 0)
        {
            _prompt.Choices = count;
        }

        _text.End();
        _kind = Field.Other;
    }
}
