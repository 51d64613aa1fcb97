using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Resilience;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>
/// Many calls at once, whose handlers keep their tokens: each ends at its own instant and for its own reason, and nobody's token is cancelled for the sake of another. All instants differ by
/// construction: starts lie at 0, total times at 1, attempts at 2, answers at 3 and cancellations at 4 of ten.
/// </summary>
public sealed class TimeoutPropertyTests
{
    private enum End
    {
        Answered,
        Cancelled,
        TotalTimeout,
        AttemptTimeout,

        /// <summary>It has not: nothing bounds it.</summary>
        Waits,
    }

    private static Gen<Drawn> Cases =>
        from total in Gen.Frequency((3, Tens(1, 50).Select(static ms => (int?)ms)), (1, Gen.Constant((int?)null)))
        from attempt in Gen.Frequency((3, Tens(2, 50).Select(static ms => (int?)ms)), (1, Gen.Constant((int?)null)))
        where total is not null || attempt is not null
        from hasBreaker in Gen.Elements(true, false)
        from calls in (
            from start in Tens(0, 100)
            from answer in Gen.Frequency((2, Gen.Constant((int?)0)), (3, Tens(3, 80).Select(static ms => (int?)ms)), (1, Gen.Constant((int?)null)))
            from cancel in Gen.Frequency((3, Gen.Constant((int?)null)), (1, Tens(4, 150).Select(static ms => (int?)ms)))
            select new Call(start, answer, cancel)).NonEmptyListOf().Resize(12)
        select new Drawn(total, attempt, hasBreaker, [.. calls]);

    [Fact]
    public async Task Every_call_ends_at_its_own_instant_and_no_token_is_cancelled_by_anybody_elses() =>
        // No context: what completes runs on, on the thread that moves time.
        await Task.Run(static () => Holds.For(Cases, Check, share: 4), TestContext.Current.CancellationToken);

    private static void Check(Drawn drawn)
    {
        using var service = new LimitedService(LimitedService.Window(1_000_000)).With(new ResilienceRule
        {
            TotalTimeout = drawn.Total is { } total ? TimeSpan.FromMilliseconds(total) : null,
            AttemptTimeout = drawn.Attempt is { } attempt ? TimeSpan.FromMilliseconds(attempt) : null,
            Breaker = drawn.HasBreaker ? new BreakerRule { MinimumCalls = 1_000_000 } : null,
            MaxRedirects = 5,
        });
        var tokens = new Dictionary<string, CancellationToken>(StringComparer.Ordinal);
        using var invoker = service.Through(async (request, token) =>
        {
            var name = request.RequestUri!.Fragment;
            tokens[name] = token;
            var answer = drawn.Calls[int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture)].Answer;
            if (answer != 0)
            {
                await service.Time.PauseAsync(answer is { } ms ? TimeSpan.FromMilliseconds(ms) : Timeout.InfiniteTimeSpan, token).ConfigureAwait(false);
            }

            return new HttpResponseMessage();
        });

        var running = new Task<HttpResponseMessage>?[drawn.Calls.Count];
        var callers = drawn.Calls.Select(static _ => new CancellationTokenSource()).ToList();
        var now = 0;
        foreach (var instant in drawn.Instants())
        {
            service.Time.Advance(TimeSpan.FromMilliseconds(instant - now));
            now = instant;
            for (var i = 0; i < running.Length; i++)
            {
                var call = drawn.Calls[i];
                if (call.CancelAt == now)
                {
                    callers[i].Cancel();
                }

                if (call.Start == now)
                {
                    running[i] = invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"https://upstream.test/#{i}"), callers[i].Token);
                }

                if (running[i] is { } task)
                {
                    task.IsCompleted.ShouldBe(now >= drawn.EndOf(call).Instant, $"call {i} at {now} ms of {drawn}");
                }
            }
        }

        service.Time.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < running.Length; i++)
        {
            var end = drawn.EndOf(drawn.Calls[i]).How;
            HowItEnded(running[i]!).ShouldBe(end, $"call {i} of {drawn}");
            tokens[$"#{i}"].IsCancellationRequested.ShouldBe(end is not (End.Answered or End.Waits), $"the token of call {i} of {drawn}");
        }

        // Not even for the sake of its own caller: what has been answered is over.
        callers.ForEach(static caller => caller.Cancel());
        for (var i = 0; i < running.Length; i++)
        {
            tokens[$"#{i}"].IsCancellationRequested.ShouldBe(drawn.EndOf(drawn.Calls[i]).How != End.Answered);
        }

        (service.Time.ArmedTimers, service.InFlight).ShouldBe((0, 0));
        callers.ForEach(static caller => caller.Dispose());
    }

    private static End HowItEnded(Task<HttpResponseMessage> task) => task switch
    {
        { IsCompleted: false } => End.Waits,
        { IsCompletedSuccessfully: true } => End.Answered,
        { IsCanceled: true } => Thrown(task).InnerException switch
        {
            TimeoutException timeout when timeout.Message.Contains("TotalTimeout", StringComparison.Ordinal) => End.TotalTimeout,
            TimeoutException timeout when timeout.Message.Contains("AttemptTimeout", StringComparison.Ordinal) => End.AttemptTimeout,
            _ => End.Cancelled,
        },
        _ => throw new Xunit.Sdk.XunitException($"It neither ended nor was cancelled: {task.Exception}"),
    };

    private static OperationCanceledException Thrown(Task task)
    {
        try
        {
            task.GetAwaiter().GetResult();
            throw new Xunit.Sdk.XunitException("It was not cancelled.");
        }
        catch (OperationCanceledException canceled)
        {
            return canceled;
        }
    }

    private static Gen<int> Tens(int last, int most) => Gen.Choose(last == 0 ? 0 : 1, most).Select(tens => (tens * 10) + last);

    private sealed record Call(int Start, int? Answer, int? Cancel)
    {
        public int? CancelAt => Start + Cancel;
    }

    private sealed record Drawn(int? Total, int? Attempt, bool HasBreaker, IReadOnlyList<Call> Calls)
    {
        public IEnumerable<int> Instants() =>
            Calls.SelectMany(call => new[] { call.Start, EndOf(call).Instant, EndOf(call).Instant - 1, call.CancelAt ?? 0 }).Where(static instant => instant is >= 0 and < int.MaxValue).Distinct().Order();

        public (int Instant, End How) EndOf(Call call)
        {
            var ends = new List<(int Instant, End How)> { call.Answer is { } answer ? (call.Start + answer, End.Answered) : (int.MaxValue, End.Waits) };
            Add(call.Cancel, End.Cancelled);
            Add(Total, End.TotalTimeout);
            Add(Attempt, End.AttemptTimeout);
            return ends.MinBy(static end => end.Instant);

            void Add(int? after, End how)
            {
                if (after is { } ms)
                {
                    ends.Add((call.Start + ms, how));
                }
            }
        }

        public override string ToString() => $"total {Total}, attempt {Attempt}, breaker {HasBreaker}: {string.Join("; ", Calls)}";
    }
}
