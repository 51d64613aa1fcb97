using System.Net;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>
/// Calls that are hedged, answered, failed and given up at any instant: whoever was sent paid, who has lost is cancelled and its response disposed, every lease comes back, and nothing is left
/// that waits. With stale responses kept beside it and without.
/// </summary>
public sealed class HedgingPropertyTests
{
    private enum Ends
    {
        Well,
        WithStatus,
        WithException,
        Never,
    }

    private static Gen<Drawn> Cases =>
        from delay in Gen.Choose(1, 20)
        from most in Gen.Choose(1, 3)
        from quota in Gen.Choose(1, 12)
        from places in Gen.Choose(1, 6)
        from keeps in Gen.Elements(true, false)
        from calls in (
            from start in Gen.Choose(0, 40)
            from cancel in Gen.Frequency((2, Gen.Constant((int?)null)), (1, Gen.Choose(0, 60).Select(static tens => (int?)tens)))
            select new Call(start, cancel)).NonEmptyListOf().Resize(8)
        from answers in (
            from ends in Gen.Elements(Enum.GetValues<Ends>())
            from after in Gen.Choose(0, 60)
            from heeds in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
            select new Answer(ends, after, heeds)).NonEmptyListOf().Resize(12)
        select new Drawn(delay, most, quota, places, keeps, [.. calls], [.. answers]);

    [Fact]
    public async Task Leases_come_back_each_hedge_pays_losers_are_cancelled_and_nothing_is_left() =>
        await Task.Run(static () => Holds.For(Cases, static drawn => CheckAsync(drawn).GetAwaiter().GetResult(), share: 10), TestContext.Current.CancellationToken);

    private static async Task CheckAsync(Drawn drawn)
    {
        using var service = new LimitedService(new ServiceDefinition
        {
            Name = Guid.NewGuid().ToString("n"),
            Limits = [new LimitDefinition("day", UnitCost.Requests, new SlidingWindow(drawn.Quota, TimeSpan.TicksPerDay)), LimitedService.Concurrent(drawn.Places)],
            ArrivalGuard = TimeSpan.Zero,
            Queue = new QueueDefinition { Timeout = TimeSpan.FromSeconds(5) },
        }).With(new ResilienceRule
        {
            Hedging = new HedgingRule(TimeSpan.FromMilliseconds(drawn.Delay * 10), drawn.Most),
            Fallback = drawn.Keeps ? new FallbackRule { StaleFor = TimeSpan.TicksPerMinute } : null,
            Retry = new RetryRule { MaxRetries = 0, BudgetFloor = 1000 },
        });
        var sent = new List<Sent>();
        using var invoker = service.Through((_, token) =>
        {
            Sent each;
            lock (sent)
            {
                each = new Sent(drawn.Answers[sent.Count % drawn.Answers.Count], token);
                sent.Add(each);
            }

            return each.AnswerAsync(service.Time);
        });

        var calls = new List<(Task<HttpResponseMessage> Sending, CancellationTokenSource Caller, Call Call)>();
        for (var now = 0; now <= 110; now++)
        {
            foreach (var call in drawn.Calls.Where(call => call.Start == now))
            {
                var caller = new CancellationTokenSource();
                calls.Add((invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"https://upstream.test/{calls.Count}"), caller.Token), caller, call));
            }

            foreach (var (_, caller, call) in calls.Where(each => each.Call.Start + each.Call.Cancel == now))
            {
                await caller.CancelAsync();
            }

            service.Time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        // What its upstream never answers its caller gives up now.
        foreach (var (_, caller, _) in calls)
        {
            await caller.CancelAsync();
        }

        var won = 0;
        foreach (var (sending, caller, _) in calls)
        {
            await ((Task)sending).ContinueWith(static _ => { }, TaskScheduler.Default).WithinTimeAsync(service.Time);
            if (sending.IsCompletedSuccessfully)
            {
                var response = await sending;
                lock (sent)
                {
                    sent.ShouldNotContain(each => ReferenceEquals(each.Response, response) && each.Response!.IsDisposed, $"the caller's response is its own: {drawn}");
                }

                won++;
                response.Dispose();
            }

            caller.Dispose();
        }

        Sent[] all;
        lock (sent)
        {
            all = [.. sent];
        }

        await Eventually.TrueAsync(() => service.InFlight == 0, $"every lease comes back: {drawn}");
        service.Limiter.GetStatus().Limits[0].Used.ShouldBe(all.Length, $"whoever was sent paid: {drawn}");
        service.Limiter.GetStatus().Limits[1].Used.ShouldBe(0);
        await Eventually.TrueAsync(() => !Array.Exists(all, static each => each.Response is { IsDisposed: false }), $"no response is left open: {drawn}");
        all.Count(static each => each.IsOpen && !each.Token.IsCancellationRequested).ShouldBe(0, $"who has not answered is cancelled: {drawn}");
        service.Limiter.GetStatus().Line.Sum(static line => line.Waiting).ShouldBe(0);
        won.ShouldBeLessThanOrEqualTo(all.Length);
        await Eventually.TrueAsync(() => service.Time.ArmedTimers == 0, $"no timer is left: {drawn}");
    }

    private sealed record Call(int Start, int? Cancel);

    private sealed record Answer(Ends Ends, int After, bool Heeds);

    private sealed record Drawn(int Delay, int Most, int Quota, int Places, bool Keeps, IReadOnlyList<Call> Calls, IReadOnlyList<Answer> Answers)
    {
        public override string ToString() =>
            $"hedges {Most} after {Delay}0 ms, quota {Quota}, places {Places}, keeps {Keeps}: {string.Join("; ", Calls)}: {string.Join("; ", Answers)}";
    }

    /// <summary>One attempt that has come to the upstream.</summary>
    private sealed class Sent(Answer answer, CancellationToken token)
    {

        public CancellationToken Token => token;

        public DisposalTold? Response { get; private set; }

        public bool IsOpen { get; private set; } = true;

        public async Task<HttpResponseMessage> AnswerAsync(ManualTimeProvider time)
        {
            try
            {
                // One that does not heed its token answers all the same.
                await time.PauseAsync(answer.Ends == Ends.Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(answer.After * 10), answer.Heeds || answer.Ends == Ends.Never ? token : default).ConfigureAwait(false);
            }
            finally
            {
                IsOpen = false;
            }

            if (answer.Ends == Ends.WithException)
            {
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }

            Response = new DisposalTold { StatusCode = answer.Ends == Ends.Well ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, Content = new ByteArrayContent([1]) };
            return Response;
        }

    }
}
