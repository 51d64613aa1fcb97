using System.Net;
using System.Net.Sockets;
using RateLimited.Http.AI.Failures;

namespace RateLimited.Http.AI.Tests.Failures;

/// <summary>What exceptions say, however they are wrapped. Those of the client libraries themselves are read in the tests of the clients.</summary>
public sealed class UpstreamFailureTests
{
    private static readonly RateLimitRejectedException Refusal = new("s", RejectionReason.Timeout, limit: null, retryAfter: null);
    private static readonly CircuitOpenException Open = new("s", CircuitState.Open, retryAfter: null);

    public static TheoryData<string, Exception, FallbackCause?, bool> Failures => new()
    {
        { "a refusal of ours", Refusal, FallbackCause.Refused, false },
        { "wrapped", new InvalidOperationException("x", new HttpRequestException("y", Refusal)), FallbackCause.Refused, false },
        { "all tries of a client", new AggregateException(new TimeoutException(), new InvalidOperationException("x", Refusal)), FallbackCause.Refused, false },
        { "an open circuit", new InvalidOperationException("x", Open), FallbackCause.CircuitOpen, false },
        { "429", Status(429), FallbackCause.Limited, true },
        { "402", Status(402), FallbackCause.Limited, false },
        { "529", Status(529), FallbackCause.Limited, true },
        { "500", Status(500), FallbackCause.Failed, true },
        { "501", Status(501), null, false },
        { "408", Status(408), FallbackCause.Failed, true },
        { "400", Status(400), null, false },
        { "401", Status(401), null, false },
        { "no connection", new HttpRequestException("x", new SocketException()), FallbackCause.Failed, true },
        { "a timeout of HttpClient", new TaskCanceledException("x", new TimeoutException()), FallbackCause.Failed, true },
        { "a caller that left", new OperationCanceledException(), null, false },
        { "a defect", new InvalidOperationException(), null, false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_says_who_may_answer_instead_and_whether_to_ask_again(string what, Exception failure, FallbackCause? cause, bool mayPass)
    {
        UpstreamFailure.CauseOf(failure).ShouldBe(cause, what);
        UpstreamFailure.MayPass(failure).ShouldBe(mayPass, what);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(413, true)]
    [InlineData(422, true)]
    [InlineData(404, false)]
    [InlineData(429, false)]
    public void A_status_says_whether_the_content_is_at_fault(int status, bool isOfContent) => UpstreamFailure.IsOfContent(new IOException("x", Status(status))).ShouldBe(isOfContent);

    [Fact]
    public void However_deep_the_wrapping_reading_it_ends()
    {
        Exception deep = Refusal;
        for (var i = 0; i < 10_000; i++)
        {
            deep = new InvalidOperationException("x", deep);
        }

        UpstreamFailure.CauseOf(deep).ShouldBeNull();
    }

    private static HttpRequestException Status(int status) => new("x", inner: null, (HttpStatusCode)status);
}
