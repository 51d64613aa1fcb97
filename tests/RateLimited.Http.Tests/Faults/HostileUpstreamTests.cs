using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Signals;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Keys;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Pipeline;
using RateLimited.Http.Tests.Signals;

namespace RateLimited.Http.Tests.Faults;

/// <summary>Upstreams that answer whatever they like whenever they like, if at all. Time stands still when a call's total time is over: whatever still waited then would wait for ever.</summary>
public sealed class HostileUpstreamTests
{
    private const long LongestStep = TimeSpan.TicksPerSecond / 4;

    /// <summary>Timers count whole milliseconds, up, and whatever a call enters when its time is just over has one of them.</summary>
    private static readonly TimeSpan MostLate = TimeSpan.FromMilliseconds(5);

    private static Gen<Answer> Answers =>
        from status in Gen.Elements(HostileHeadersTests.Statuses.Where(static status => status is >= 200 and < 600))
        from headers in (from name in Gen.Elements(HostileHeadersTests.Names.Append("Location")) from value in Gen.Elements(HostileHeadersTests.Values.Append("/again")) select (name, value)).ListOf()
        from before in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(1, 60_000)), (1, Gen.Constant(int.MaxValue)))
        from body in Gen.Elements(HostileHeadersTests.Bodies)
        from pace in Gen.Frequency((2, Gen.Constant(0)), (2, Gen.Choose(1, 20_000)), (1, Gen.Constant(int.MaxValue)))
        from end in Gen.Elements(Enum.GetValues<BodyEnd>())
        select new Answer(status, [.. headers.Take(6)], before, body, pace, end);

    private static Gen<Case> Cases =>
        from total in Gen.Choose(1, 90)
        from attempt in Gen.Frequency((1, Gen.Constant((int?)null)), (2, Gen.Choose(1, 60).Select(static seconds => (int?)seconds)))
        from retries in Gen.Choose(0, 5)
        from hedges in Gen.Elements(false, false, true)
        from stale in Gen.Elements(false, false, true)
        from quota in Gen.Elements(1, 3, 100)
        from isConcurrency in Gen.Elements(true, false)
        from keys in Gen.Elements(0, 0, 1, 2, 3)
        from standsIn in Gen.Elements(false, false, true)
        from dialect in Gen.Elements(KnownDialects.All.Select(static dialect => (string?)dialect.Name).Append(null))
        from answers in Answers.NonEmptyListOf()
        from starts in Gen.Choose(0, 30).NonEmptyListOf()
        select new Case(total, attempt, retries, hedges, stale, quota, isConcurrency, keys, standsIn, dialect, [.. answers.Take(12)], [.. starts.Take(8).Order()]);

    private enum BodyEnd
    {
        Whole,
        Broken,
        Stalled,
        Endless,
    }

    [Fact]
    [Fault("P01")]
    [Fault("P08")]
    [Fault("H03")]
    [Fault("H08")]
    [Fault("H10")]
    public async Task P01_no_call_waits_beyond_its_total_time_whatever_its_upstream_does() =>
        await Task.Run(static () => Holds.For(Cases, static drawn => CheckAsync(drawn).GetAwaiter().GetResult(), share: 12), TestContext.Current.CancellationToken);

    private static async Task CheckAsync(Case drawn)
    {
        var limit = drawn.IsConcurrency ? LimitedService.Concurrent(drawn.Quota) : LimitedService.Window(drawn.Quota);
        var definition = new ServiceDefinition
        {
            Name = Guid.NewGuid().ToString("n"),
            Limits = [drawn.Keys == 0 ? limit : KeyedBed.PerKey(limit)],
            Queue = new QueueDefinition { Timeout = TimeSpan.FromDays(1) },
        };
        using var service = new LimitedService(definition, sees: static time => new SteadyTime(time));
        var next = -1;
        var upstream = new StubHandler((request, token) => AnswerAsync(drawn.Answers[Interlocked.Increment(ref next) % drawn.Answers.Count], request, service.Time, token));
        using var standIn = new HttpClient(upstream) { Timeout = Timeout.InfiniteTimeSpan, BaseAddress = new Uri("https://stands-in.test/") };
        using var pipeline = new ServicePipeline(service.Limiter, service.Pipeline.Settings)
        {
            Clients = _ => standIn,
            Keys = drawn.Keys == 0 ? null : new PoolRing(service.Limiter.Definition.Name, service.Limiter.Telemetry, new Random(4711)),
            Settings = service.Pipeline.Settings with
            {
                Signals = new SignalReader(drawn.Dialect is null ? null : KnownDialects.Find(drawn.Dialect), TimeSpan.FromHours(1)),
                Resilience = drawn.Rule,
            },
        };
        if (pipeline.Keys is { } ring)
        {
            service.Limiter.Apply(service.Limiter.Definition with { Keys = TestKey.Pool(ring, [.. Enumerable.Range(0, drawn.Keys).Select(static key => new TestKey($"k{key}"))]) });
        }

        using var client = new HttpClient(pipeline.Chain(upstream, new Uri("https://upstream.test/"))) { Timeout = Timeout.InfiniteTimeSpan };

        var calls = new List<(Task Call, long Start)>();
        foreach (var start in drawn.Starts)
        {
            await AdvanceAsync(service.Time, TimeSpan.FromSeconds(start).Ticks, calls, drawn);
            calls.Add((SendAsync(client, new HttpRequestMessage(start % 3 == 0 ? HttpMethod.Post : HttpMethod.Get, "https://upstream.test/a")), service.Time.GetTimestamp()));
        }

        await AdvanceAsync(service.Time, TimeSpan.FromSeconds(drawn.Starts[^1] + drawn.Total).Ticks, calls, drawn);
        foreach (var (call, _) in calls)
        {
            await call;
        }

        // Two minutes more for what nobody reads; then nothing is held and nothing is timed.
        service.Time.Advance(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(
            () =>
            {
                service.Time.Advance(TimeSpan.Zero);
                return service.InFlight == 0;
            },
            $"nothing is under way any more: {drawn}");
    }

    /// <summary>Moves time on in steps, and stops where a call's total time is over until that call has ended.</summary>
    private static async Task AdvanceAsync(ManualTimeProvider time, long until, List<(Task Call, long Start)> calls, Case drawn)
    {
        while (true)
        {
            var now = time.GetTimestamp();
            foreach (var (call, start) in calls)
            {
                if (start + TimeSpan.FromSeconds(drawn.Total).Ticks <= now && !call.IsCompleted)
                {
                    await EndAsync(time, call, start, drawn);
                }
            }

            if (now >= until)
            {
                return;
            }

            time.Advance(new TimeSpan(Math.Min(LongestStep, until - now)));
            await Task.Yield();
        }
    }

#pragma warning disable VSTHRD003 // Tests have no context to lock.
    /// <summary>Its total time is over: time stands still, and what is due now is all that there is to wait for.</summary>
    private static async Task EndAsync(ManualTimeProvider time, Task call, long start, Case drawn)
    {
        var began = TimeProvider.System.GetTimestamp();
        var allowed = MostLate;
        while (!call.IsCompleted && TimeProvider.System.GetElapsedTime(began) < Eventually.Deadline)
        {
            var step = time.UntilNextTimer is { } next && next <= allowed ? next : TimeSpan.Zero;
            allowed -= step;
            time.Advance(step);
            await Task.WhenAny(call, Task.Delay(5));
        }

        call.IsCompleted.ShouldBeTrue($"the call of {new TimeSpan(start)} waits at {new TimeSpan(time.GetTimestamp())}, and {time.UntilNextTimer} more for a timer: {drawn}");
    }
#pragma warning restore VSTHRD003

    private static async Task SendAsync(HttpClient client, HttpRequestMessage request)
    {
        try
        {
            using var response = await client.SendAsync(request).ConfigureAwait(false);
            response.Content.Headers.ContentLength.ShouldNotBeNull("it was read into memory");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // However it ends, it ends.
        }
    }

    private static async Task<HttpResponseMessage> AnswerAsync(Answer answer, HttpRequestMessage request, ManualTimeProvider time, CancellationToken token)
    {
        if (answer.Before > 0)
        {
            await Task.Delay(Long(answer.Before), time, token).ConfigureAwait(false);
        }

        var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { RequestMessage = request };
        if (answer.Status is not (204 or 304))
        {
            response.Content = new StreamContent(new HostileStream(answer, time));
        }

        foreach (var (name, value) in answer.Headers)
        {
#pragma warning disable RS0030 // As it comes off the wire.
            response.Headers.TryAddWithoutValidation(name, value);
#pragma warning restore RS0030
        }

        return response;
    }

    private static TimeSpan Long(int milliseconds) => milliseconds == int.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(milliseconds);

    private sealed record Answer(int Status, IReadOnlyList<(string Name, string Value)> Headers, int Before, string Body, int Pace, BodyEnd End)
    {
        public override string ToString() => $"{Status} after {Before} ms, {string.Join("; ", Headers.Select(static header => $"{header.Name}: {header.Value[..Math.Min(header.Value.Length, 60)]}"))}, {Body.Length} bytes at {Pace} ms, {End}";
    }

    private sealed record Case(
        int Total,
        int? Attempt,
        int Retries,
        bool Hedges,
        bool KeepsStale,
        int Quota,
        bool IsConcurrency,
        int Keys,
        bool StandsIn,
        string? Dialect,
        IReadOnlyList<Answer> Answers,
        IReadOnlyList<int> Starts)
    {
        public ResilienceRule Rule => new()
        {
            TotalTimeout = TimeSpan.FromSeconds(Total),
            AttemptTimeout = Attempt is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Retry = Retries == 0 ? null : new RetryRule { MaxRetries = Retries, BudgetFloor = 100, MaxDelay = TimeSpan.FromHours(1).Ticks },
            Breaker = new BreakerRule { MinimumCalls = 5 },
            Hedging = Hedges ? new HedgingRule(TimeSpan.FromSeconds(2), 2) : null,
            Fallback = KeepsStale || StandsIn ? new FallbackRule { StaleFor = KeepsStale ? TimeSpan.FromMinutes(1).Ticks : 0, Client = StandsIn ? "stand-in" : null } : null,
            MaxRedirects = 5,
        };

        public override string ToString() =>
            $"total {Total} s, attempt {Attempt} s, {Retries} retries, hedges {Hedges}, stale {KeepsStale}, quota {Quota} concurrent {IsConcurrency}, {Keys} keys, stands in {StandsIn}, {Dialect}, starts {string.Join(' ', Starts)}: {string.Join(" | ", Answers)}";
    }

    /// <summary>A body in pieces, with an end of its own kind.</summary>
    private sealed class HostileStream(Answer answer, ManualTimeProvider time) : MemoryStream(Encoding.UTF8.GetBytes(answer.Body))
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (answer.Pace > 0)
            {
                await Task.Delay(Long(answer.Pace), time, cancellationToken).ConfigureAwait(false);
            }

            var read = Read(buffer.Span[..Math.Min(buffer.Length, 16)]);
            if (read > 0 || answer.End == BodyEnd.Whole)
            {
                return read;
            }

            if (answer.End == BodyEnd.Broken)
            {
                throw new IOException("The connection was reset.");
            }

            await Task.Delay(answer.End == BodyEnd.Stalled ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(false);
            return 1;
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => PiecesAsync(destination, cancellationToken);

        private async Task PiecesAsync(Stream destination, CancellationToken cancellationToken)
        {
            var buffer = new byte[16];
            while (await ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
