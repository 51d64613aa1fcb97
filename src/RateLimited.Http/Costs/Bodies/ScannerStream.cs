using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs.Bodies;

/// <summary>Takes what is written into it for JSON and keeps nothing.</summary>
internal sealed class ScannerStream(JsonScanner scanner) : SinkStream
{
    public override void Write(ReadOnlySpan<byte> buffer) => scanner.Feed(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        scanner.Feed(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }
}
