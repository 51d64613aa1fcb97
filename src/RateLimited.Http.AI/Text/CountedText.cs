using System.Buffers;
using System.Text;

namespace RateLimited.Http.AI.Text;

/// <summary>Lets an exact tokenizer count the texts of a prompt, one at a time: of each there is a copy while it is counted.</summary>
internal sealed class CountedText(ITokenCounter counter, string model) : ITextSink, IDisposable
{
    private const int FirstLength = 1024;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _text = ArrayPool<char>.Shared.Rent(FirstLength);
    private int _length;

    /// <summary>The tokens of all texts so far; null once the counter did not know the model.</summary>
    public long? Tokens { get; private set; } = 0;

    public void Add(ReadOnlySpan<byte> text)
    {
        if (Tokens is not null)
        {
            Reserve(text.Length + 1);
            _length += _decoder.GetChars(text, _text.AsSpan(_length), flush: false);
        }
    }

    public void Add(char unit)
    {
        if (Tokens is not null)
        {
            Reserve(1);
            _text[_length++] = unit;
        }
    }

    public void End()
    {
        if (_length > 0)
        {
            Tokens = counter.TryCount(model, _text.AsSpan(0, _length), out var tokens) ? Tokens + Math.Max(tokens, 0) : null;
        }

        _decoder.Reset();
        _length = 0;
    }

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_text);
        _text = [];
    }

    private void Reserve(int more)
    {
        if (_text.Length - _length < more)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(_text.Length * 2, _length + more));
            _text.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<char>.Shared.Return(_text);
            _text = larger;
        }
    }
}
