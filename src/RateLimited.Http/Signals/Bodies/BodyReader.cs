using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals.Bodies;

/// <summary>Reads what the beginning of a body says of limits. Total: what is cut off, malformed, or no JSON at all, says what was read until there.</summary>
internal ref struct BodyReader
{
    private const int MaxDepth = 16;

    private Utf8JsonReader _json;
    private BodySignal _signal;
    private BodyName _name;
    private int _rootDepth;
    private bool _inErrors;
    private bool _inWrapper;
    private bool _isOkFalse;

    private BodyReader(ReadOnlySpan<byte> body)
    {
        _json = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
        _rootDepth = 1;
    }

    public static BodySignal Read(ReadOnlySpan<byte> body)
    {
        body = body[..Math.Min(body.Length, SignalBounds.MaxBodyLength)];
        if (body.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        body = body.TrimStart(" \t\r\n"u8);
        if (body.IsEmpty || body[0] is not ((byte)'{' or (byte)'['))
        {
            return default;
        }

        var reader = new BodyReader(body);
        try
        {
            reader.Run(isList: body[0] == '[');
        }
        catch (JsonException)
        {
            // Malformed or too deep: what was understood before still counts.
        }
        catch (InvalidOperationException)
        {
            // A string that is no UTF-8.
        }

        reader._signal.TellsOfErrors |= reader._isOkFalse;
        return reader._signal;
    }

    private void Run(bool isList)
    {
        _rootDepth = isList ? 2 : 1;
        while (_json.Read())
        {
            switch (_json.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (!Property())
                    {
                        return;
                    }

                    break;
                case JsonTokenType.String:
                    Text();
                    break;
                case JsonTokenType.Number:
                    Number();
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    Truth(_json.TokenType == JsonTokenType.True);
                    break;
                default:
                    break;
            }
        }
    }

    private bool Property()
    {
        _name = BodyNames.Of(ref _json);
        if (_json.CurrentDepth == _rootDepth + 1 && _inWrapper)
        {
            _signal.TellsOfErrors |= _name is BodyName.Errors;
            return _name is BodyName.Errors || TrySkipValue();
        }

        if (_json.CurrentDepth != _rootDepth)
        {
            return true;
        }

        // What lies under any other property is the caller's data, and whatever codes it holds are not about us.
        _inErrors = _name is BodyName.Errors or BodyName.Error or BodyName.Container or BodyName.Wrapper;
        _inWrapper = _name is BodyName.Wrapper;
        _signal.TellsOfErrors |= _name is BodyName.Errors;
        return _name is not BodyName.Unknown || TrySkipValue();
    }

    private bool TrySkipValue() => _json.Read() && (_json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray) || _json.TrySkip());

    private readonly bool Counts => _inErrors || _json.CurrentDepth <= _rootDepth;

    private void Text()
    {
        Span<char> text = stackalloc char[ErrorCodes.MaxLength * 4];
        var length = _json.ValueIsEscaped || _json.ValueSpan.Length > text.Length ? Copy(text) : Transcode(_json.ValueSpan, text);
        if (length > 0 && Counts)
        {
            Text(text[..length]);
        }
    }

    private void Text(scoped ReadOnlySpan<char> text)
    {
        switch (_name)
        {
            case BodyName.QuotaId:
                if (ErrorCodes.TryQuota(text, out var quota))
                {
                    _signal.Mean(quota);
                }

                break;
            case BodyName.RetryDelay or BodyName.RetryAfter:
                if (Times.TryRead(text, _name == BodyName.RetryDelay ? ValueFormat.Duration : ValueFormat.Seconds, out var wait))
                {
                    _signal.Wait(wait.Ticks);
                }

                break;
            case BodyName.Message:
                _signal.IsHiddenLimit |= text.Contains("secondary rate", StringComparison.OrdinalIgnoreCase)
                    || text.Contains("abuse detection", StringComparison.OrdinalIgnoreCase) || text.Contains("abuse-rate-limits", StringComparison.OrdinalIgnoreCase)
                    || text.Contains("secondary-rate-limits", StringComparison.OrdinalIgnoreCase);
                Sentence(text);
                break;
            case BodyName.Code or BodyName.Error or BodyName.Errors:
                if (ErrorCodes.TryMeaning(text, out var meaning))
                {
                    _signal.Mean(meaning);
                }
                else
                {
                    Sentence(text);
                }

                break;
            case BodyName.Provider:
                _signal.IsFromBehind |= _inErrors;
                break;
            default:
                break;
        }
    }

    private void Sentence(scoped ReadOnlySpan<char> text)
    {
        if (WaitPhrase.TryFind(text, out var ticks))
        {
            _signal.Wait(ticks);
        }
    }

    private void Number()
    {
        if (!Counts)
        {
            return;
        }

        Span<char> text = stackalloc char[64];
        var length = Transcode(_json.ValueSpan, text);
        if (_name is BodyName.RetryAfter or BodyName.RetryAfterMilliseconds)
        {
            if (Times.TryRead(text[..length], _name == BodyName.RetryAfter ? ValueFormat.Seconds : ValueFormat.Milliseconds, out var wait))
            {
                _signal.Wait(wait.Ticks);
            }
        }
        else if (Numbers.TryCount(text[..length], out var count))
        {
            Count(count);
        }
    }

    private void Count(long count)
    {
        switch (_name)
        {
            case BodyName.Code when count == 88 && _inErrors:
                // The code that X's first version gives where its second has a problem type.
                _signal.Mean(new BodyMeaning(Classification.ResponseKind.Limited, Classification.ResponseScope.Endpoint));
                break;
            case BodyName.RequestedCost:
                _signal.RequestedCost = count;
                break;
            case BodyName.ActualCost:
                _signal.ActualCost = count;
                break;
            case BodyName.Maximum:
                _signal.Maximum = count;
                break;
            case BodyName.Available:
                _signal.Available = count;
                break;
            case BodyName.RestoreRate:
                _signal.RestoredPerSecond = count;
                break;
            default:
                break;
        }
    }

    private void Truth(bool value)
    {
        if (_name == BodyName.Global && Counts)
        {
            _signal.IsGlobal |= value;
        }
        else if (_name == BodyName.Ok && _json.CurrentDepth == _rootDepth)
        {
            _isOkFalse |= !value;
        }
    }

    private readonly int Copy(Span<char> text) => _json.ValueSpan.Length > text.Length ? 0 : _json.CopyString(text);

    private static int Transcode(ReadOnlySpan<byte> utf8, Span<char> text) =>
        utf8.Length <= text.Length && Utf8.ToUtf16(utf8, text, out _, out var written) == System.Buffers.OperationStatus.Done ? written : 0;
}
