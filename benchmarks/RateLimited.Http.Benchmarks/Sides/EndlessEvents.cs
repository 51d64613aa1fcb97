using System.Text;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>A streamed chat that does not end: one event of OpenAI's for each read, as they come off the wire one by one.</summary>
internal sealed class EndlessEvents : Stream
{
    /// <summary>An event as OpenAI sends it, with a word of the answer.</summary>
    public static readonly byte[] Event = Encoding.UTF8.GetBytes(
        """
        data: {"id":"chatcmpl-BFmTKlq0xL8YQeWc1nT9k3Zb4RwPd","object":"chat.completion.chunk","created":1743423286,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_b376dfbbd5","choices":[{"index":0,"delta":{"content":" journey"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"q7Rb2"}


        """.ReplaceLineEndings("\n"));

    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = Math.Min(buffer.Length, Event.Length - _at);
        Event.AsSpan(_at, read).CopyTo(buffer);
        _at = (_at + read) % Event.Length;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
