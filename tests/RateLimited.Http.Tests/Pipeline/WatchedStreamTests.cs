using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Whatever way a body is read in, its bytes are those of the stream inside, and its lease ends once.</summary>
public sealed class WatchedStreamTests
{
    private static readonly byte[] Body = [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * 31))];

    [Fact]
    public void Every_mixture_of_reads_brings_the_same_bytes()
    {
        var step = Gen.Zip(Gen.Choose(0, 7), Gen.Choose(0, 400));
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(Gen.ListOf(step).ToArbitrary(), steps =>
            {
                using var service = new LimitedService(LimitedService.Concurrent(1));
                var content = Lease(service, new ByteArrayContent(Body));
                using var stream = content.ReadAsStream(CancellationToken.None);
                using var read = new MemoryStream();
                foreach (var (way, count) in steps)
                {
                    Read(stream, way, count, read);
                }

                if (read.Length < Body.Length)
                {
                    service.InFlight.ShouldBe(1);
                }

                Read(stream, way: 6, count: 1, read);
                read.ToArray().AsSpan().SequenceEqual(Body).ShouldBeTrue();
                service.InFlight.ShouldBe(0);
                service.Time.ArmedTimers.ShouldBe(0);
            }));
    }

    [Fact]
    public async Task A_stream_that_survives_a_cancelled_read_can_be_read_on()
    {
        using var service = new LimitedService(LimitedService.Concurrent(1));
        var inner = new ReluctantStream();
        using var content = Lease(service, new StreamContent(inner));
        await using var stream = await content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var cancellation = new CancellationTokenSource();
        var read = stream.ReadAsync(new byte[1], cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(read.WithinDeadlineAsync);

        inner.Arrive.SetResult(1);
        (await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken)).ShouldBe(1);
        service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_read_with_a_token_cancelled_before_it_leaves_the_body_as_it_is()
    {
        using var service = new LimitedService(LimitedService.Concurrent(1));
        using var content = Lease(service, new ByteArrayContent(Body));
        await using var stream = await content.ReadAsStreamAsync(TestContext.Current.CancellationToken);

        await Should.ThrowAsync<OperationCanceledException>(() => stream.ReadExactlyAsync(new byte[1], new CancellationToken(canceled: true)).AsTask());
        service.InFlight.ShouldBe(1);

        await stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        service.InFlight.ShouldBe(0);
    }

    [Fact]
    public void A_body_that_throws_when_closed_still_ends_its_lease()
    {
        using var service = new LimitedService(LimitedService.Concurrent(1));
        _ = Lease(service, new UnclosableContent());

        service.Time.Advance(LimitedService.IdleTimeout);

        service.InFlight.ShouldBe(0);
        service.Abandoned.ShouldBe(1);
    }

    [Fact]
    public void A_body_is_not_for_writing()
    {
        using var service = new LimitedService(LimitedService.Concurrent(1));
        using var stream = Lease(service, new ByteArrayContent(Body)).ReadAsStream(TestContext.Current.CancellationToken);

        stream.CanWrite.ShouldBeFalse();
        stream.CanRead.ShouldBeTrue();
        Should.Throw<NotSupportedException>(() => stream.Write([1], 0, 1));
        Should.Throw<NotSupportedException>(() => stream.SetLength(1));
    }

    private static WatchedContent Lease(LimitedService service, HttpContent inner)
    {
        var ticket = service.Limiter.Admit(default, long.MaxValue, CancellationToken.None);
        var patience = new BodyPatience(LimitedService.IdleTimeout, Timeout.InfiniteTimeSpan);
        return new WatchedContent(inner, new BodyWatch(service.Limiter, inner, patience, new BodyLease(ticket, service.Limiter, tail: default)));
    }

    private static void Read(Stream stream, int way, int count, MemoryStream into)
    {
        var buffer = new byte[count + 3];
        var read = way switch
        {
            0 => stream.Read(buffer, 1, count),
            1 => stream.Read(buffer.AsSpan(1, count)),
            2 => stream.ReadAsync(buffer, 1, count).GetAwaiter().GetResult(),
            3 => stream.ReadAsync(buffer.AsMemory(1, count)).AsTask().GetAwaiter().GetResult(),
            4 => stream.EndRead(stream.BeginRead(buffer, 1, count, callback: null, state: null)),
            5 => stream.ReadByte() is >= 0 and var value ? Put(buffer, value) : 0,
            6 => Copied(() => stream.CopyToAsync(into).GetAwaiter().GetResult()),
            _ => count > 390 ? Copied(() => stream.CopyTo(into)) : 0,
        };
        (buffer[0], buffer[^1]).ShouldBe(((byte)0, (byte)0));
        into.Write(buffer, 1, read);

        static int Put(byte[] buffer, int value)
        {
            buffer[1] = (byte)value;
            return 1;
        }

        static int Copied(Action copy)
        {
            copy();
            return 0;
        }
    }

    private sealed class ReluctantStream : MemoryStream
    {
        public TaskCompletionSource<int> Arrive { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => await Arrive.Task.WaitAsync(cancellationToken);
    }

    private sealed class UnclosableContent() : ByteArrayContent([1])
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            throw new InvalidOperationException("This content cannot be closed.");
        }
    }
}
