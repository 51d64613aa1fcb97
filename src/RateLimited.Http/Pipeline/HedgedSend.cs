using RateLimited.Http.Resilience;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// One attempt that is sent once more beside itself when no response comes: the first good one wins, the others are cancelled and their responses disposed. Not Polly's hedging: that one sends
/// the next at once when one fails, which is a retry without a pause, and would share one message.
/// </summary>
internal sealed class HedgedSend(ServicePipeline pipeline, HedgingRule rule, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
{
    private readonly List<Runner> _running = [];

    /// <summary>Whether a request may be sent twice at once: it changes nothing upstream and has no content that two would read.</summary>
    public static bool IsFor(HttpRequestMessage request) => request.Content is null && request.Method.Method is "GET" or "HEAD" or "OPTIONS" && request.RateLimiting()?.Repeatable != false;

    /// <summary>Sends the request. Each hedge is admitted by itself and pays quota; one for which there is none now is left out, and so is one that the retry budget has nothing for.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Start(request, cancellationToken);
        Runner? failed = null;
        var hedges = 0;
        try
        {
            while (true)
            {
                var mayHedge = failed is null && hedges < rule.MaxHedges;
                var ended = await NextAsync(mayHedge, cancellationToken).ConfigureAwait(false);
                if (ended is null)
                {
                    hedges = TryHedge(request, cancellationToken) ? hedges + 1 : rule.MaxHedges;
                }
                else if (ended.IsGood)
                {
                    return Win(ended, request);
                }
                else
                {
                    _running.Remove(ended);

                    // What the caller gets when all fail is what it would have got without hedging.
                    var keep = failed is null || ReferenceEquals(ended.Request, request) ? ended : failed;
                    Discard(ReferenceEquals(keep, ended) ? failed : ended);
                    failed = keep;
                    if (_running.Count == 0)
                    {
                        var last = failed;
                        failed = null;
                        KeepVerdict(last.Request, request);
                        last.Cancellation.Dispose();
#pragma warning disable VSTHRD003 // It was started by this object.
                        return await last.Sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
                    }
                }
            }
        }
        finally
        {
            Discard(failed);
            foreach (var loser in _running)
            {
                Discard(loser);
            }
        }
    }

    /// <summary>The attempt that has ended, or null when it is time for a hedge.</summary>
    private async Task<Runner?> NextAsync(bool mayHedge, CancellationToken cancellationToken)
    {
        if (_running.Find(static runner => runner.Sending.IsCompleted) is { } done)
        {
            return done;
        }

        var any = Task.WhenAny(_running.Select(static runner => runner.Sending));
        if (mayHedge)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var pause = Task.Delay(rule.Delay, pipeline.Resilience.Time, enough.Token);
            var first = await Task.WhenAny(any, pause).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
            if (ReferenceEquals(first, pause) && !cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        var ended = await any.ConfigureAwait(false);
        return _running.Find(runner => ReferenceEquals(runner.Sending, ended));
    }

    private bool TryHedge(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var service = pipeline.Resilience;
        if (!service.TryTakeRetry(service.Plan.Rule.Retry ?? new RetryRule()))
        {
            return false;
        }

        var copy = RequestCopy.Of(request);
        ResponseVerdicts.Forget(copy);

        // Others are in line for their only attempt: a second one of the same request does not stand before them.
        copy.WithQueueTimeout(TimeSpan.Zero);
        service.Hedged(hasWon: false);
        Start(copy, cancellationToken);
        return true;
    }

    private void Start(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<HttpResponseMessage> sending;
        try
        {
            sending = send(request, cancellation.Token);
        }
#pragma warning disable CA1031 // It is thrown where it is awaited.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            sending = Task.FromException<HttpResponseMessage>(exception);
        }

        _running.Add(new Runner(request, sending, cancellation));
    }

    private HttpResponseMessage Win(Runner winner, HttpRequestMessage request)
    {
        _running.Remove(winner);

        // With the head there, nobody reads by this token any more; left alive it would hang on the caller's.
        winner.Cancellation.Dispose();
        if (!ReferenceEquals(winner.Request, request))
        {
            KeepVerdict(winner.Request, request);
            pipeline.Resilience.Hedged(hasWon: true);
        }

#pragma warning disable VSTHRD002, VSTHRD103 // It has completed.
        return winner.Sending.Result;
#pragma warning restore VSTHRD002, VSTHRD103
    }

    private static void KeepVerdict(HttpRequestMessage from, HttpRequestMessage to)
    {
        if (!ReferenceEquals(from, to) && ResponseVerdicts.Of(from) is { Kind: not ResponseKind.Fine } verdict)
        {
            ResponseVerdicts.Keep(to, verdict);
        }
    }

    /// <summary>Cancels an attempt and disposes what it may bring yet.</summary>
    private static void Discard(Runner? loser)
    {
        if (loser is null)
        {
            return;
        }

        loser.Cancellation.Cancel();
        _ = loser.Sending.ContinueWith(
            static (sending, state) =>
            {
                if (sending.IsCompletedSuccessfully)
                {
                    sending.Result.Dispose();
                }
                else
                {
                    _ = sending.Exception;
                }

                ((CancellationTokenSource)state!).Dispose();
            },
            loser.Cancellation,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private sealed record Runner(HttpRequestMessage Request, Task<HttpResponseMessage> Sending, CancellationTokenSource Cancellation)
    {
        /// <summary>Whether it ended with a response that another attempt would not better.</summary>
#pragma warning disable VSTHRD002, VSTHRD103 // It has completed.
        public bool IsGood => Sending.IsCompletedSuccessfully && (int)Sending.Result.StatusCode is < 500 and not 429 and not 408;
#pragma warning restore VSTHRD002, VSTHRD103
    }
}
