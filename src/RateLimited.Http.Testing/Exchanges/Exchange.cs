using System.IO.Pipelines;
using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Faults;

namespace RateLimited.Http.Testing.Exchanges;

/// <summary>A request that was decided, and the response to it that is to be sent: over a socket or in memory.</summary>
internal sealed class Exchange(Answer answer, IReadOnlyList<KeyValuePair<string, string>> headers, TimeSpan work, Trouble trouble, TimeProvider time, Action<bool> end)
{
    private const int PortionsPerSecond = 20;

    private long _sent;

    public int Status => answer.Status;

    public string ContentType => answer.ContentType;

    public IReadOnlyList<KeyValuePair<string, string>> Headers => headers;

    /// <summary>How long the body is; null for a stream, whose end nobody knows beforehand.</summary>
    public long? Length => answer.ContentType == "text/event-stream" ? null : answer.Pieces.Sum(static piece => (long)piece.Length);

    /// <summary>
    /// Sends the body; the head has gone. The work ends before the last piece is written: a client that waits for it cannot come too early.
    /// </summary>
    /// <exception cref="ConnectionBrokenException">The connection is to be broken.</exception>
    public async Task WriteBodyAsync(PipeWriter body, CancellationToken cancellationToken)
    {
        try
        {
            var gaps = answer.Pieces.Count - 1;
            for (var piece = 0; piece < answer.Pieces.Count; piece++)
            {
                if (piece > 0)
                {
                    await WaitAsync(work / gaps, cancellationToken).ConfigureAwait(false);
                }

                if (piece == gaps)
                {
                    end(true);
                }

                await WritePieceAsync(body, answer.Pieces[piece], cancellationToken).ConfigureAwait(false);
            }

            if (_sent == trouble.BreaksAfter)
            {
                throw new ConnectionBrokenException();
            }
        }
        finally
        {
            end(false);
        }
    }

    /// <summary>There is nobody to send it to.</summary>
    public void Abandon() => end(false);

    private async Task WritePieceAsync(PipeWriter body, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        while (!piece.IsEmpty)
        {
            if (_sent == trouble.BreaksAfter)
            {
                throw new ConnectionBrokenException();
            }

            if (_sent == trouble.StallsAfter)
            {
                await WaitAsync(trouble.StallsFor, cancellationToken).ConfigureAwait(false);
            }

            var portion = (int)Math.Min(piece.Length, UntilNextTrouble());
            await body.WriteAsync(piece[..portion], cancellationToken).ConfigureAwait(false);
            _sent += portion;
            piece = piece[portion..];
            if (trouble.BytesPerSecond is { } speed)
            {
                await WaitAsync(TimeSpan.FromSeconds((double)portion / speed), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private long UntilNextTrouble()
    {
        var most = trouble.BytesPerSecond is { } speed ? Math.Max(1, speed / PortionsPerSecond) : long.MaxValue;
        foreach (var place in (ReadOnlySpan<long?>)[trouble.BreaksAfter, trouble.StallsAfter])
        {
            most = place > _sent ? Math.Min(most, place.Value - _sent) : most;
        }

        return most;
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken) => wait == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, time, cancellationToken);
}
