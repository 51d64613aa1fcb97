using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>The lease that rides on a body over HTTP/1.1, synchronous sends included: SocketsHttpHandler sends those over HTTP/1.1 alone.</summary>
public sealed class BodyLeaseTests : BodyLeaseContract
{
    private protected override HttpProtocols Protocols => HttpProtocols.Http1;

    [Fact]
    public async Task A_blocking_read_that_stalls_is_broken_off_after_the_idle_timeout()
    {
        using var response = _client.Send(Request("GET", "/stall"), HttpCompletionOption.ResponseHeadersRead, Ended);
        var stream = response.Content.ReadAsStream(Ended);
        stream.ReadExactly(new byte[1000]);
        using var reads = new ManualResetEventSlim();
        var stalled = Task.Factory.StartNew(
            () =>
            {
                reads.Set();
                return stream.Read(new byte[10]);
            },
            Ended,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        reads.Wait(Ended);

        _service.Time.Advance(LimitedService.IdleTimeout);
        _service.InFlight.ShouldBe(0);

        (await Should.ThrowAsync<IOException>(stalled.WithinDeadlineAsync)).InnerException.ShouldBeOfType<TimeoutException>();
    }

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public void A_synchronous_send_holds_its_lease_just_so(HttpCompletionOption completion)
    {
        using var response = _client.Send(Request("GET", "/chunked"), completion, Ended);
        _service.InFlight.ShouldBe(completion == HttpCompletionOption.ResponseHeadersRead ? 1 : 0);

        using var copy = new MemoryStream();
        response.Content.ReadAsStream(Ended).CopyTo(copy);

        copy.ToArray().AsSpan().SequenceEqual(Body).ShouldBeTrue();
        _service.InFlight.ShouldBe(0);
    }
}
