namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>Answers in steps, the first request only when the test says so, and tells before each step of the first request which it is: sockets do not say where they are.</summary>
/// <param name="hasLength">Whether its answer says how long it is.</param>
/// <param name="step">Is told the number of each step, from one.</param>
internal sealed class SlowUpstream(bool hasLength, Action<int> step) : HttpMessageHandler
{
    /// <summary>The headers, each byte of the body, and its end.</summary>
    public const int Steps = 2 + BodyLength;

    public const int BodyLength = 4;

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The first request is here.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(CancellationToken.None);

    public void Release() => _released.SetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isFirst = Interlocked.Increment(ref _requests) == 1;
        if (isFirst)
        {
            _reached.SetResult();
        }

        await _released.Task.WaitAsync(cancellationToken);
        Pass(isFirst, 1, cancellationToken);
        var response = new HttpResponseMessage { RequestMessage = request, Content = new StreamContent(new Body(this, isFirst)) };
        response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
        response.Content.Headers.ContentLength = hasLength ? BodyLength : null;
        return response;
    }

    private void Pass(bool isFirst, int number, CancellationToken cancellationToken)
    {
        if (isFirst)
        {
            step(number);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private sealed class Body(SlowUpstream upstream, bool isFirst) : Stream
    {
        private int _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            upstream.Pass(isFirst, _read + 2, cancellationToken);
            if (_read == BodyLength || buffer.Length == 0)
            {
                return 0;
            }

            buffer.Span[0] = (byte)_read++;
            return 1;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
