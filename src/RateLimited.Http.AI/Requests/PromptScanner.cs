using System.Buffers.Text;
using System.Text;
using RateLimited.Http.AI.Text;
using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.AI.Requests;

/// <summary>
/// Reads a JSON request to a model as it passes: who is asked, how long the answer may be, and the text, which goes into a sink and is not kept. It knows which properties hold text and which
/// hold names, settings and files; of those that it does not know, strings are text.
/// </summary>
internal sealed class PromptScanner(Prompt prompt, ITextSink text) : JsonScanner
{
    private const int MaxModel = 64;

    private readonly Part[] _parts = new Part[MaxDepth];
    private readonly byte[] _model = new byte[MaxModel];
    private Part _part;
    private int _modelLength;

    private enum Part : byte
    {
        /// <summary>The request itself.</summary>
        Root,

        /// <summary>The model's name.</summary>
        Model,

        /// <summary>How many tokens an answer may have.</summary>
        MaxOutput,

        /// <summary>How many answers are asked for.</summary>
        Choices,

        /// <summary>Text, and what holds it.</summary>
        Text,

        /// <summary>A list of messages.</summary>
        Messages,

        /// <summary>A text, texts, tokens, or messages.</summary>
        Input,

        /// <summary>Descriptions of tools and formats: their properties' names are text as well.</summary>
        Tools,
    }

    /// <summary>The request has been read.</summary>
    public void Complete()
    {
        End();
        prompt.Model = Encoding.UTF8.GetString(_model, 0, _modelLength);
        prompt.IsRead = true;
    }

    protected override bool OnName(ReadOnlySpan<byte> name)
    {
        var parent = _parts[Depth - 1];
        if (parent == Part.Root)
        {
            return TryRoot(name, out _part);
        }

        if (parent != Part.Tools && !IsText(name))
        {
            prompt.Counts[TextFeature.Images] += IsImage(name) ? 1 : 0;
            return false;
        }

        if (parent == Part.Tools)
        {
            text.Add(name);
            text.End();
        }

        _part = parent == Part.Tools ? Part.Tools : Part.Text;
        return true;
    }

    protected override bool OnElement()
    {
        _part = Depth == 0 ? Part.Root : _parts[Depth - 1];
        return true;
    }

    protected override void OnBegin(bool isObject)
    {
        if (isObject && _part is Part.Messages or Part.Input)
        {
            prompt.Counts[TextFeature.Messages]++;
            _part = Part.Text;
        }

        _parts[Depth - 1] = _part;
    }

    protected override void OnEnd()
    {
    }

    protected override void OnTextBegin()
    {
        if (_part == Part.Model)
        {
            _modelLength = 0;
        }
        else if (_part == Part.Input && Depth == 1)
        {
            prompt.Counts[TextFeature.Messages]++;
        }
    }

    protected override void OnText(ReadOnlySpan<byte> piece)
    {
        if (_part == Part.Model)
        {
            Name(piece);
        }
        else if (HoldsText)
        {
            text.Add(piece);
        }
    }

    protected override void OnEscape(char unit)
    {
        if (_part == Part.Model)
        {
            Name([unit is >= ' ' and <= '~' ? (byte)unit : (byte)'?']);
        }
        else if (HoldsText)
        {
            text.Add(unit);
        }
    }

    protected override void OnTextEnd()
    {
        if (HoldsText)
        {
            text.End();
        }
    }

    protected override void OnNumber(ReadOnlySpan<byte> number)
    {
        if (_part == Part.Input)
        {
            prompt.TokenIds++;
        }
        else if (_part is Part.MaxOutput or Part.Choices && Utf8Parser.TryParse(number, out long count, out var read) && read == number.Length && count is >= 0 and <= 1_000_000_000)
        {
            (prompt.MaxOutput, prompt.Choices) = _part == Part.MaxOutput
                ? (Math.Max(prompt.MaxOutput ?? 0, count), prompt.Choices)
                : (prompt.MaxOutput, Math.Max(Math.Max(prompt.Choices, count), 1));
        }
    }

    protected override void OnLiteral(byte first)
    {
    }

    protected override void OnReset()
    {
    }

    private bool HoldsText => _part is Part.Text or Part.Messages or Part.Input or Part.Tools;

    private static bool TryRoot(ReadOnlySpan<byte> name, out Part part)
    {
        part = name switch
        {
            _ when name.SequenceEqual("model"u8) => Part.Model,
            _ when name.SequenceEqual("max_tokens"u8) || name.SequenceEqual("max_completion_tokens"u8) || name.SequenceEqual("max_output_tokens"u8) => Part.MaxOutput,
            _ when name.SequenceEqual("n"u8) || name.SequenceEqual("best_of"u8) => Part.Choices,
            _ when name.SequenceEqual("messages"u8) => Part.Messages,
            _ when name.SequenceEqual("input"u8) || name.SequenceEqual("prompt"u8) => Part.Input,
            _ when name.SequenceEqual("system"u8) || name.SequenceEqual("instructions"u8) || name.SequenceEqual("suffix"u8) => Part.Text,
            _ when name.SequenceEqual("tools"u8) || name.SequenceEqual("functions"u8) || name.SequenceEqual("response_format"u8) || name.SequenceEqual("text"u8) => Part.Tools,
            _ => Part.Root,
        };
        return part != Part.Root;
    }

    /// <summary>What does not become tokens of its own: words of the format, handles, and files, which are counted otherwise.</summary>
    private static bool IsText(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => !name.SequenceEqual("id"u8),
        4 => !name.SequenceEqual("type"u8) && !name.SequenceEqual("role"u8) && !name.SequenceEqual("data"u8) && !name.SequenceEqual("file"u8),
        6 => !name.SequenceEqual("detail"u8) && !name.SequenceEqual("format"u8) && !name.SequenceEqual("source"u8) && !name.SequenceEqual("strict"u8),
        7 => !name.SequenceEqual("call_id"u8) && !name.SequenceEqual("file_id"u8),
        8 => !name.SequenceEqual("b64_json"u8),
        9 => !name.SequenceEqual("image_url"u8) && !name.SequenceEqual("file_data"u8) && !name.SequenceEqual("signature"u8),
        10 => !name.SequenceEqual("media_type"u8),
        11 => !name.SequenceEqual("input_audio"u8) && !name.SequenceEqual("tool_use_id"u8),
        12 => !name.SequenceEqual("tool_call_id"u8),
        13 => !name.SequenceEqual("cache_control"u8),
        17 => !name.SequenceEqual("encrypted_content"u8),
        _ => true,
    };

    private static bool IsImage(ReadOnlySpan<byte> name) => name.SequenceEqual("image_url"u8) || name.SequenceEqual("source"u8);

    private void Name(ReadOnlySpan<byte> piece)
    {
        var length = Math.Min(piece.Length, MaxModel - _modelLength);
        piece[..length].CopyTo(_model.AsSpan(_modelLength));
        _modelLength += length;
    }
}
