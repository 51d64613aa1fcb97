using System.Net;
using System.Runtime.CompilerServices;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>H10 and H11: every body is watched until its end, whether or not a limit waits for it.</summary>
public sealed class BodyWatchTests
{
    private static readonly Uri Address = new("https://upstream.test/a");
    private static readonly ResilienceRule OneFailureOpens = ResilientChain.Usual with { Breaker = new BreakerRule { ConsecutiveFailures = 1 }, Retry = null };

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool, bool> Stalls => new()
    {
        { "stream", false, false }, { "stream", true, false }, { "stream", false, true },
        { "buffer", false, false }, { "buffer", false, true },
        { "copy", false, false }, { "copy", true, false },
    };

    [Theory]
    [Fault("H10")]
    [MemberData(nameof(Stalls))]
    [Fault("PEERS_H1")]
    public async Task H10_a_body_that_stalls_is_broken_off_after_the_idle_timeout(string way, bool holdsPlace, bool isBypassed)
    {
        var hungUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new RawUpstream(async conversation =>
        {
            await conversation.SayAsync(RawUpstream.Response("0123456789").AsMemory()[..^10]);
            await conversation.HoldAsync();
            hungUp.TrySetResult();
        });
        using var service = new LimitedService(holdsPlace ? LimitedService.Concurrent(1) : LimitedService.Window(10)).With(OneFailureOpens);
        using var client = new HttpClient(service.Chain(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, upstream.Address);
        _ = isBypassed ? request.WithoutRateLimiting() : request;

        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = ReadAsync(client, request, way, waits);
        await Eventually.TrueAsync(() => service.Time.ArmedTimers == 1, "somebody waits for bytes");
        await (way == "buffer" ? Task.CompletedTask : waits.Task).WithinDeadlineAsync();

        service.Time.Advance(LimitedService.IdleTimeout);

        var exception = await reading.WithinDeadlineAsync();
        Innermost<TimeoutException>(exception).Message.ShouldContain("BodyIdleTimeout");
        (service.InFlight, service.Time.ArmedTimers, service.BodyFailures("stalled"), service.Abandoned).ShouldBe((0, 0, 1L, 0L));
        service.Pipeline.Resilience.State.ShouldBe(CircuitState.Open);
        await hungUp.Task.WithinDeadlineAsync();
    }

    [Theory]
    [Fault("H10")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task H10_a_body_that_trickles_is_broken_off_when_it_is_not_whole_in_time(bool holdsPlace)
    {
        using var service = Service(holdsPlace, bodyTimeout: TimeSpan.FromSeconds(60));
        using var invoker = service.Through((_, _) => Task.FromResult(Response(new TricklingStream(service.Time, TimeSpan.FromSeconds(1)))));
        using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        var began = service.Time.GetTimestamp();

        var exception = await Should.ThrowAsync<HttpRequestException>(() => response.Content.CopyToAsync(Stream.Null, Ended).WithinTimeAsync(service.Time));

        Innermost<TimeoutException>(exception).Message.ShouldContain("BodyTimeout");
        service.Time.GetElapsedTime(began).ShouldBe(TimeSpan.FromSeconds(60));
        (service.InFlight, service.BodyFailures("too_long"), service.Pipeline.Resilience.State).ShouldBe((0, 1L, CircuitState.Open));
    }

    [Fact]
    public async Task Who_reads_slowly_is_left_alone_where_nobody_waits_and_nothing_is_timed_meanwhile()
    {
        using var service = Service(holdsPlace: false);
        using var invoker = service.Through((_, _) => Task.FromResult(Response(new TricklingStream(service.Time, TimeSpan.FromSeconds(1)))));
        using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        await using var stream = await response.Content.ReadAsStreamAsync(Ended);

        for (var i = 0; i < 3; i++)
        {
            (await stream.ReadAsync(new byte[1], Ended).AsTask().WithinTimeAsync(service.Time)).ShouldBe(1);
            service.Time.Advance(TimeSpan.FromHours(1));
            service.Time.ArmedTimers.ShouldBe(0);
        }

        response.Dispose();
        (service.Abandoned, service.BodyFailures("stalled"), service.Pipeline.Resilience.State).ShouldBe((0, 0L, CircuitState.Closed));
    }

    [Fact]
    public async Task A_reader_that_takes_long_with_what_it_got_is_not_the_upstreams_fault()
    {
        using var service = Service(holdsPlace: false);
        using var invoker = service.Through(static (_, _) => Task.FromResult(Response(new MemoryStream(new byte[10]))));
        using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        var destination = new SlowStream();
        var copying = response.Content.CopyToAsync(destination, Ended);

        service.Time.Advance(TimeSpan.FromHours(1));
        destination.Take.SetResult();

        await copying.WithinDeadlineAsync();
        (service.BodyFailures("stalled"), service.Pipeline.Resilience.State, service.Time.ArmedTimers).ShouldBe((0L, CircuitState.Closed, 0));
    }

    [Fact]
    public async Task A_reader_that_fails_or_gives_up_is_not_the_upstreams_fault()
    {
        using var service = Service(holdsPlace: false);
        using var invoker = service.Through((_, _) => Task.FromResult(Response(new TricklingStream(service.Time, TimeSpan.FromSeconds(1)))));

        using var broken = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        await Should.ThrowAsync<HttpRequestException>(() => broken.Content.CopyToAsync(new FullStream(), Ended).WithinTimeAsync(service.Time));
        using var tooLarge = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        await Should.ThrowAsync<HttpRequestException>(() => tooLarge.Content.LoadIntoBufferAsync(2, Ended).WithinTimeAsync(service.Time));
        using var left = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        using var caller = new CancellationTokenSource();
        var reading = (await left.Content.ReadAsStreamAsync(Ended)).ReadAsync(new byte[1], caller.Token).AsTask();
        await caller.CancelAsync();
        (await Should.ThrowAsync<OperationCanceledException>(reading.WithinDeadlineAsync)).CancellationToken.ShouldBe(caller.Token);

        (service.BodyFailures("broken"), service.Pipeline.Resilience.State).ShouldBe((0L, CircuitState.Closed));
    }

    [Theory]
    [Fault("H11")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task H11_a_response_that_nobody_reads_or_disposes_holds_its_permit_for_the_idle_timeout_and_leaks_nothing(bool holdsPlace)
    {
        using var service = Service(holdsPlace);
        using var invoker = service.Through(static (_, _) => Task.FromResult(Response(new MemoryStream(new byte[10]))));
        var dropped = await DropAsync(invoker);
        service.InFlight.ShouldBe(holdsPlace ? 1 : 0);

        service.Time.Advance(LimitedService.IdleTimeout);

        (service.InFlight, service.Abandoned, service.Time.ArmedTimers).ShouldBe((0, holdsPlace ? 1L : 0L, 0));
        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !dropped.IsAlive;
        });
        service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed, "it was not the upstream");
    }

    [Theory]
    [Fault("H11")]
    [InlineData(HttpStatusCode.OK, "buffer")]
    [InlineData(HttpStatusCode.OK, "stream")]
    [InlineData(HttpStatusCode.OK, "copy")]
    [InlineData(HttpStatusCode.TooManyRequests, "buffer")]
    [InlineData(HttpStatusCode.TooManyRequests, "stream")]
    public async Task Whoever_reads_a_body_too_late_is_told_why_it_is_closed(HttpStatusCode status, string way)
    {
        using var service = Service(holdsPlace: true).With(ResilientChain.Usual with { Retry = null });
        using var invoker = service.Through((_, _) => Task.FromResult(new HttpResponseMessage(status) { Content = new StreamContent(new UnseekableStream()) }));
        using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        service.Time.Advance(LimitedService.IdleTimeout);

        var exception = await Should.ThrowAsync<Exception>(() => way switch
        {
            "buffer" => response.Content.LoadIntoBufferAsync(Ended),
            "stream" => response.Content.ReadAsStreamAsync(Ended),
            _ => response.Content.CopyToAsync(Stream.Null, Ended),
        });

        Innermost<TimeoutException>(exception).Message.ShouldContain("BodyIdleTimeout");
    }

    [Fact]
    public async Task What_is_disabled_is_not_touched()
    {
        using var service = Service(holdsPlace: false);
        service.Limiter.Apply(service.Limiter.Definition with { Mode = RateLimitMode.Disabled });
        using var content = new StringContent("a");
        using var invoker = service.Through((_, _) => Task.FromResult(new HttpResponseMessage { Content = content }));

        using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);

        response.Content.ShouldBeSameAs(content);
    }

    private static LimitedService Service(bool holdsPlace, TimeSpan? bodyTimeout = null)
    {
        var service = new LimitedService(holdsPlace ? LimitedService.Concurrent(1) : LimitedService.Window(10)).With(OneFailureOpens);
        service.Pipeline.Settings = service.Pipeline.Settings with { BodyTimeout = bodyTimeout ?? Timeout.InfiniteTimeSpan };
        return service;
    }

    private static HttpResponseMessage Response(Stream body) => new() { Content = new StreamContent(body) };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> DropAsync(HttpMessageInvoker invoker) => new(await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended));

    private static async Task<Exception> ReadAsync(HttpClient client, HttpRequestMessage request, string way, TaskCompletionSource waits)
    {
        try
        {
            using var response = await client.SendAsync(request, way == "buffer" ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead, Ended);
            if (way == "copy")
            {
                var copying = response.Content.CopyToAsync(Stream.Null, Ended);
                waits.SetResult();
                await copying;
            }
            else
            {
                await using var stream = await response.Content.ReadAsStreamAsync(Ended);
                var reading = stream.ReadExactlyAsync(new byte[10], Ended);
                waits.SetResult();
                await reading;
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return exception;
        }

        throw new Xunit.Sdk.XunitException("The body came to its end.");
    }

    private static T Innermost<T>(Exception exception)
        where T : Exception
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
            {
                return found;
            }
        }

        throw new Xunit.Sdk.XunitException($"No {typeof(T).Name} in {exception}");
    }

    /// <summary>As bodies come off the wire: of no known length.</summary>
    private sealed class UnseekableStream() : MemoryStream(new byte[10])
    {
        public override bool CanSeek => false;
    }

    /// <summary>A byte at a time, and never the last.</summary>
    private sealed class TricklingStream(TimeProvider time, TimeSpan pace) : MemoryStream
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(pace, time, cancellationToken);
            return 1;
        }

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            while (true)
            {
                var buffer = new byte[1];
                await destination.WriteAsync(buffer.AsMemory(0, await ReadAsync(buffer, cancellationToken)), cancellationToken);
            }
        }
    }

    private sealed class SlowStream : MemoryStream
    {
        public TaskCompletionSource Take { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
#pragma warning disable VSTHRD003 // The test completes it.
            await Take.Task;
#pragma warning restore VSTHRD003
    }

    private sealed class FullStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("The disk is full.");
    }
}
