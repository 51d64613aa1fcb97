using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>The lease of a concurrency limit ends with the body, over real sockets; what HTTP/1.1 and HTTP/2 have in common.</summary>
public abstract class BodyLeaseContract : IAsyncLifetime
{
    private const int Size = 300_000;

    private protected static readonly byte[] Body = MakeBody();

    private protected readonly LimitedService _service = new(LimitedService.Concurrent(4));
    private RealUpstream _upstream = null!;
    private protected HttpClient _client = null!;

    private protected abstract HttpProtocols Protocols { get; }

    private protected static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _upstream = await RealUpstream.StartAsync(Protocols);
        _client = _service.Client(_upstream.Address);
        _client.DefaultRequestVersion = Protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        _client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        _upstream.Answers["/whole"] = context => WriteWholeAsync(context, isChunked: false);
        _upstream.Answers["/chunked"] = context => WriteWholeAsync(context, isChunked: true);
        _upstream.Answers["/trailers"] = async context =>
        {
            context.Response.DeclareTrailer("X-Sum");
            await WriteWholeAsync(context, isChunked: true);
            context.Response.AppendTrailer("X-Sum", "42");
        };
        _upstream.Answers["/gzip"] = async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(Body, context.RequestAborted);
        };
        _upstream.Answers["/stall"] = async context =>
        {
            context.Response.ContentLength = Size;
            await context.Response.Body.WriteAsync(Body.AsMemory(0, 1000), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await _upstream.End.Task.WaitAsync(context.RequestAborted);
        };
        _upstream.Answers["/reset"] = async context =>
        {
            context.Response.ContentLength = Size;
            await context.Response.Body.WriteAsync(Body.AsMemory(0, 1000), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Eventually.TrueAsync(() => _service.Time.ArmedTimers == 1, "the head has arrived");
            context.Abort();
        };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _upstream.DisposeAsync();
        _service.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("/whole")]
    [InlineData("/chunked")]
    public async Task A_buffered_body_ends_its_lease_before_the_caller_has_it(string path)
    {
        using var response = await _client.GetAsync(path, Ended);

        _service.InFlight.ShouldBe(0);
        (await response.Content.ReadAsByteArrayAsync(Ended)).AsSpan().SequenceEqual(Body).ShouldBeTrue();
        _service.Time.ArmedTimers.ShouldBe(0);
    }

    [Theory]
    [InlineData("/whole")]
    [InlineData("/chunked")]
    [Fault("PEERS_P7")]
    public async Task A_streamed_body_holds_its_lease_until_its_end(string path)
    {
        using var response = await _client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ended);
        await using var stream = await response.Content.ReadAsStreamAsync(Ended);
        _service.InFlight.ShouldBe(1);

        var read = new byte[Size];
        await stream.ReadExactlyAsync(read, Ended);
        _service.InFlight.ShouldBe(1);
        (await stream.ReadAsync(read.AsMemory(0, 0), Ended)).ShouldBe(0, "a read into nothing is not the end");
        (await stream.ReadAsync(new byte[1], Ended)).ShouldBe(0);

        _service.InFlight.ShouldBe(0);
        read.AsSpan().SequenceEqual(Body).ShouldBeTrue();
        (await stream.ReadAsync(new byte[1], Ended)).ShouldBe(0, "the end stays the end");
    }

    [Fact]
    public async Task A_body_copied_as_a_whole_ends_its_lease()
    {
        using var response = await _client.GetAsync("/chunked", HttpCompletionOption.ResponseHeadersRead, Ended);
        using var copy = new MemoryStream();

        await response.Content.CopyToAsync(copy, Ended);

        _service.InFlight.ShouldBe(0);
        copy.ToArray().AsSpan().SequenceEqual(Body).ShouldBeTrue();
    }

    [Fact]
    public async Task A_stream_copied_as_a_whole_ends_its_lease()
    {
        using var response = await _client.GetAsync("/whole", HttpCompletionOption.ResponseHeadersRead, Ended);
        using var copy = new MemoryStream();

        await (await response.Content.ReadAsStreamAsync(Ended)).CopyToAsync(copy, Ended);

        _service.InFlight.ShouldBe(0);
        copy.ToArray().AsSpan().SequenceEqual(Body).ShouldBeTrue();
    }

    [Fact]
    public async Task A_body_half_read_and_disposed_ends_its_lease_once()
    {
        using var response = await _client.GetAsync("/whole", HttpCompletionOption.ResponseHeadersRead, Ended);
        var stream = await response.Content.ReadAsStreamAsync(Ended);
        await stream.ReadExactlyAsync(new byte[10], Ended);
        _service.InFlight.ShouldBe(1);

        await stream.DisposeAsync();
        _service.InFlight.ShouldBe(0);

        response.Dispose();
        await stream.DisposeAsync();
        _service.InFlight.ShouldBe(0);
        _service.Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_response_disposed_unread_ends_its_lease()
    {
        var response = await _client.GetAsync("/whole", HttpCompletionOption.ResponseHeadersRead, Ended);
        _service.InFlight.ShouldBe(1);

        response.Dispose();

        _service.InFlight.ShouldBe(0);
        _service.Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_reset_in_the_body_ends_the_lease_and_is_told_as_it_is()
    {
        using var response = await _client.GetAsync("/reset", HttpCompletionOption.ResponseHeadersRead, Ended);
        var stream = await response.Content.ReadAsStreamAsync(Ended);

        await Should.ThrowAsync<IOException>(() => stream.CopyToAsync(Stream.Null, Ended).WithinDeadlineAsync());

        _service.InFlight.ShouldBe(0);
        await Should.ThrowAsync<HttpRequestException>(() => _client.GetAsync("/reset", Ended).WithinDeadlineAsync());
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_read_that_stalls_is_broken_off_after_the_idle_timeout()
    {
        using var response = await _client.GetAsync("/stall", HttpCompletionOption.ResponseHeadersRead, Ended);
        var stream = await response.Content.ReadAsStreamAsync(Ended);
        await stream.ReadExactlyAsync(new byte[1000], Ended);
        var stalled = stream.ReadAsync(new byte[10], Ended).AsTask();

        _service.Time.Advance(LimitedService.IdleTimeout);

        var failure = await Should.ThrowAsync<IOException>(stalled.WithinDeadlineAsync);
        failure.InnerException.ShouldBeOfType<TimeoutException>();
        failure.Message.ShouldContain("120 s");
        (_service.InFlight, _service.BodyFailures("stalled"), _service.Abandoned).ShouldBe((0, 1L, 0L));
        await Should.ThrowAsync<IOException>(() => stream.ReadExactlyAsync(new byte[1], Ended).AsTask());
    }

    [Fact]
    public async Task A_buffering_that_stalls_is_broken_off_after_the_idle_timeout()
    {
        var buffering = _client.GetAsync("/stall", Ended);
        await Eventually.TrueAsync(() => _service.Time.ArmedTimers == 1);

        // Bytes that still trickle in count from when they came: the timer sets itself anew for the rest.
        await AdvanceUntilAsync(() => buffering.IsCompleted);

        var failure = await Should.ThrowAsync<HttpRequestException>(buffering.WithinDeadlineAsync);
        failure.InnerException.ShouldBeOfType<IOException>().InnerException.ShouldBeOfType<TimeoutException>();
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_trickles_is_not_idle()
    {
        var next = new SemaphoreSlim(0);
        _upstream.Answers["/trickle"] = async context =>
        {
            for (var i = 0; i < 4; i++)
            {
                await next.WaitAsync(context.RequestAborted);
                await context.Response.Body.WriteAsync(Body.AsMemory(i, 1), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        };
        next.Release();
        using var response = await _client.GetAsync("/trickle", HttpCompletionOption.ResponseHeadersRead, Ended);
        var stream = await response.Content.ReadAsStreamAsync(Ended);
        await stream.ReadExactlyAsync(new byte[1], Ended);
        for (var i = 0; i < 3; i++)
        {
            var byTheByte = stream.ReadExactlyAsync(new byte[1], Ended);
            _service.Time.Advance(LimitedService.IdleTimeout - TimeSpan.FromTicks(1));
            _service.InFlight.ShouldBe(1);
            next.Release();
            await byTheByte;
        }

        (await stream.ReadAsync(new byte[1], Ended)).ShouldBe(0);
        _service.InFlight.ShouldBe(0);
        _service.Abandoned.ShouldBe(0);
    }

    [Fact]
    public async Task A_response_that_nobody_reads_is_closed_after_the_idle_timeout()
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answers["/hold"] = async context =>
        {
            context.RequestAborted.Register(aborted.SetResult);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await _upstream.End.Task.WaitAsync(context.RequestAborted);
        };
        var response = await _client.GetAsync("/hold", HttpCompletionOption.ResponseHeadersRead, Ended);

        _service.Time.Advance(LimitedService.IdleTimeout - TimeSpan.FromTicks(1));
        _service.InFlight.ShouldBe(1);
        _service.Time.Advance(TimeSpan.FromTicks(1));

        _service.InFlight.ShouldBe(0);
        _service.Abandoned.ShouldBe(1);
        await aborted.Task.WithinDeadlineAsync();
        await Should.ThrowAsync<IOException>(async () => await (await response.Content.ReadAsStreamAsync(Ended)).ReadExactlyAsync(new byte[1], Ended));
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 204)]
    [InlineData("GET", 304)]
    [InlineData("GET", 200)]
    public async Task A_response_without_a_body_holds_nothing(string method, int status)
    {
        _upstream.Answers["/none"] = context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentLength = method == "HEAD" ? Size : status == 200 ? 0 : null;
            return Task.CompletedTask;
        };

        using var response = await _client.SendAsync(Request(method, "/none"), HttpCompletionOption.ResponseHeadersRead, Ended);

        _service.InFlight.ShouldBe(0);
        response.Content.Headers.ContentLength.ShouldBe(method == "HEAD" ? Size : status == 200 ? 0 : response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_cancelled_read_ends_the_lease()
    {
        using var response = await _client.GetAsync("/stall", HttpCompletionOption.ResponseHeadersRead, Ended);
        var stream = await response.Content.ReadAsStreamAsync(Ended);
        await stream.ReadExactlyAsync(new byte[1000], Ended);
        using var cancellation = new CancellationTokenSource();
        var stalled = stream.ReadAsync(new byte[10], cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(stalled.WithinDeadlineAsync)).CancellationToken.ShouldBe(cancellation.Token);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Headers_are_those_of_the_upstream_even_if_it_writes_them_wrongly()
    {
        _upstream.Answers["/odd"] = async context =>
        {
            context.Response.Headers.ContentType = "text / not;; a type";
            context.Response.Headers.ContentLanguage = new[] { "de", "fr" };
            context.Response.Headers["Expires"] = "-1";
            await context.Response.WriteAsync("odd", context.RequestAborted);
        };
        using var bare = new HttpClient { BaseAddress = _client.BaseAddress, DefaultRequestVersion = _client.DefaultRequestVersion, DefaultVersionPolicy = _client.DefaultVersionPolicy };

        foreach (var path in new[] { "/odd", "/whole", "/chunked" })
        {
            using var ours = await _client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ended);
            using var theirs = await bare.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ended);

            ours.Content.Headers.NonValidated.Select(header => $"{header.Key}: {header.Value}")
                .ShouldBe(theirs.Content.Headers.NonValidated.Select(header => $"{header.Key}: {header.Value}"));
            ours.Content.Headers.ContentLength.ShouldBe(theirs.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task Decompression_below_works_as_ever()
    {
        using var client = _service.Client(_upstream.Address, new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip });
        client.DefaultRequestVersion = _client.DefaultRequestVersion;
        client.DefaultVersionPolicy = _client.DefaultVersionPolicy;

        (await client.GetByteArrayAsync("/gzip", Ended)).AsSpan().SequenceEqual(Body).ShouldBeTrue();

        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    [Fault("PEERS_H2")]
    public async Task No_more_bodies_stream_at_once_than_the_limit_says()
    {
        var (now, most) = (0, 0);
        _upstream.Answers["/count"] = async context =>
        {
            var entered = Interlocked.Increment(ref now);
            InterlockedMax(ref most, entered);
            await context.Response.Body.WriteAsync(Body.AsMemory(0, 5000), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            Interlocked.Decrement(ref now);
            await context.Response.Body.WriteAsync(Body.AsMemory(5000, 5000), context.RequestAborted);
        };

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var response = await _client.GetAsync("/count", HttpCompletionOption.ResponseHeadersRead, Ended);
            _service.InFlight.ShouldBeLessThanOrEqualTo(4);
            (await response.Content.ReadAsByteArrayAsync(Ended)).Length.ShouldBe(10_000);
        })).WithinDeadlineAsync();

        most.ShouldBeInRange(1, 4);
        _service.InFlight.ShouldBe(0);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private static byte[] MakeBody()
    {
        var body = new byte[Size];
        new Random(1).NextBytes(body);
        return body;
    }

    private static async Task WriteWholeAsync(HttpContext context, bool isChunked)
    {
        context.Response.ContentLength = isChunked ? null : Size;
        for (var at = 0; at < Size; at += 60_000)
        {
            await context.Response.Body.WriteAsync(Body.AsMemory(at, 60_000), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private protected HttpRequestMessage Request(string method, string path) =>
        new(new HttpMethod(method), path) { Version = _client.DefaultRequestVersion, VersionPolicy = _client.DefaultVersionPolicy };

    private async Task AdvanceUntilAsync(Func<bool> condition) => await Eventually.TrueAsync(() =>
    {
        _service.Time.Advance(LimitedService.IdleTimeout / 4);
        return condition();
    });
}
