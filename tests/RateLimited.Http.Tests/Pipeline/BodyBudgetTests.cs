using System.Net.Http.Json;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>A body that is read into memory belongs to the call, whoever reads it there: it is whole within the call's total time, or given up.</summary>
public sealed class BodyBudgetTests
{
    private static readonly ResilienceRule Within30Seconds = ResilientChain.Usual with { TotalTimeout = TimeSpan.FromSeconds(30), Breaker = new BreakerRule { ConsecutiveFailures = 1 }, Retry = null };

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ways => new("GetAsync", "GetStringAsync", "GetByteArrayAsync", "ReadAsStringAsync", "ReadAsByteArrayAsync", "LoadIntoBufferAsync");

    [Theory]
    [Fault("P01")]
    [Fault("H10")]
    [MemberData(nameof(Ways))]
    public async Task P01_a_body_that_trickles_ends_with_the_calls_total_time_when_it_is_read_into_memory(string way)
    {
        await using var upstream = new RawUpstream(static async conversation =>
        {
            await conversation.SayAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"u8.ToArray());
            await conversation.HoldAsync();
        });
        using var service = new LimitedService(LimitedService.Window(10)).With(Within30Seconds);
        using var client = new HttpClient(service.Chain(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })) { BaseAddress = upstream.Address, Timeout = Timeout.InfiniteTimeSpan };

        var reading = ReadAsync(client, way);
        await Eventually.TrueAsync(() => service.Time.UntilNextTimer is not null && upstream.Requests == 1, "somebody waits");
        while (!reading.IsCompleted)
        {
            var next = service.Time.UntilNextTimer;
            service.Time.GetTimestamp().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(31).Ticks, "nothing waits for longer");
            service.Time.Advance(next ?? TimeSpan.Zero);
            await Task.WhenAny(reading, Task.Delay(2, Ended));
        }

        (await reading.CancelledAsync()).InnerException.ShouldBeOfType<TimeoutException>().Message.ShouldContain("TotalTimeout");
        service.Time.GetTimestamp().ShouldBe(TimeSpan.FromSeconds(30).Ticks);
        (service.InFlight, service.Pipeline.Resilience.State).ShouldBe((0, CircuitState.Closed), "of a call's own time nobody knows what took it");
        service.Time.ArmedTimers.ShouldBe(0);
    }

    [Theory]
    [InlineData("CopyToAsync")]
    [InlineData("GetFromJsonAsync")]
    public async Task Who_takes_the_body_piece_by_piece_takes_it_for_as_long_as_bytes_come(string way)
    {
        using var service = new LimitedService(LimitedService.Window(10)).With(Within30Seconds);
        using var client = new HttpClient(service.Chain(new StubHandler((_, _) => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new SlowJson(service.Time)) }))))
        {
            BaseAddress = new Uri("https://upstream.test/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };

        if (way == "CopyToAsync")
        {
            using var response = await client.GetAsync("", HttpCompletionOption.ResponseHeadersRead, Ended);
            using var copy = new MemoryStream();
            await response.Content.CopyToAsync(copy, Ended).WithinTimeAsync(service.Time);
            copy.Length.ShouldBe(61);
        }
        else
        {
            (await client.GetFromJsonAsync<long[]>("", Ended).WithinTimeAsync(service.Time)).ShouldNotBeNull().Length.ShouldBe(30);
        }

        service.Time.GetTimestamp().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(61).Ticks);
        service.Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Content_that_is_read_into_memory_before_it_is_sent_takes_of_the_total_time()
    {
        using var service = new LimitedService(LimitedService.Window(10)).With(Within30Seconds with { Retry = new RetryRule() });
        var sent = 0;
        using var invoker = service.Through(async (_, token) =>
        {
            sent++;
            await Task.Delay(TimeSpan.FromSeconds(25), service.Time, token);
            return new HttpResponseMessage();
        });
        HttpRequestMessage Request(int seconds) => new(HttpMethod.Put, "https://upstream.test/") { Content = new SlowContent(service.Time, TimeSpan.FromSeconds(seconds)) };

        await invoker.SendAsync(Request(10), Ended).WithinTimeAsync(service.Time).CancelledAsync();
        (sent, service.Time.GetTimestamp()).ShouldBe((1, TimeSpan.FromSeconds(30).Ticks));

        var timedOut = await invoker.SendAsync(Request(60), Ended).WithinTimeAsync(service.Time).CancelledAsync();
        timedOut.InnerException.ShouldBeOfType<TimeoutException>().Message.ShouldContain("TotalTimeout");
        (sent, service.Time.GetTimestamp(), service.InFlight).ShouldBe((1, TimeSpan.FromSeconds(60).Ticks, 0));
    }

    private static async Task ReadAsync(HttpClient client, string way)
    {
        switch (way)
        {
            case "GetAsync":
                await client.GetAsync("", Ended);
                return;
            case "GetStringAsync":
                await client.GetStringAsync("", Ended);
                return;
            case "GetByteArrayAsync":
                await client.GetByteArrayAsync("", Ended);
                return;
            default:
                using (var response = await client.GetAsync("", HttpCompletionOption.ResponseHeadersRead, Ended))
                {
                    await (way switch
                    {
                        "ReadAsStringAsync" => response.Content.ReadAsStringAsync(Ended),
                        "ReadAsByteArrayAsync" => response.Content.ReadAsByteArrayAsync(Ended),
                        _ => response.Content.LoadIntoBufferAsync(Ended),
                    });
                }

                return;
        }
    }

    /// <summary>A list of numbers, a byte a second.</summary>
    private sealed class SlowJson(TimeProvider time) : MemoryStream([.. System.Text.Encoding.ASCII.GetBytes($"[{string.Join(',', Enumerable.Repeat("1", 30))}]")])
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            return Read(buffer.Span[..Math.Min(1, buffer.Length)]);
        }

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[1];
            while (await ReadAsync(buffer, cancellationToken) > 0)
            {
                await destination.WriteAsync(buffer, cancellationToken);
            }
        }
    }

    /// <summary>A byte that takes its time, of known length so that it may be read into memory.</summary>
    private sealed class SlowContent(TimeProvider time, TimeSpan takes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken)
        {
            await Task.Delay(takes, time, cancellationToken);
            await stream.WriteAsync(new byte[1], cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 1;
            return true;
        }
    }
}
