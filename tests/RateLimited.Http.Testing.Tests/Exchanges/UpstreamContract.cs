using System.Net;
using System.Text;
using RateLimited.Http.Testing.Faults;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Tests.Exchanges;

/// <summary>What an upstream does, in either of its forms.</summary>
public abstract class UpstreamContract : IAsyncDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    protected static CancellationToken Ended => TestContext.Current.CancellationToken;

    public abstract ValueTask DisposeAsync();

    /// <summary>Starts it, and makes a client of it.</summary>
    protected abstract Task<(IUpstream Upstream, HttpClient Client)> StartAsync(UpstreamBuilder builder);

    [Fact]
    public async Task What_is_over_the_limit_is_refused_and_told_when_to_come_back()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().FixedWindow(2, Hour, WindowAlignment.FirstUse));

        (await client.GetStringAsync("/a", Ended)).ShouldContain("ok");
        (await client.GetAsync("/b", Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var refused = await client.GetAsync("/c", Ended);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(Hour - TimeSpan.FromMinutes(5), Hour);
        refused.Headers.Date.ShouldNotBeNull();
        var books = upstream.Books;
        (books.Admitted, books.Refused).ShouldBe((2, 1));
        books["requests"].Ok.ShouldBe(2);
        upstream.Inside.ShouldBe(0);
    }

    [Fact]
    public async Task Keys_are_read_from_where_providers_have_them()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().SlidingLog(1, Hour).Organisation("acme", "k1", "k2"));

        foreach (var (header, value) in ((string, string)[])[("Authorization", "Bearer k1"), ("x-api-key", "k2"), ("api-key", "k3"), ("x-goog-api-key", "k4")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.TryAddWithoutValidation(header, value);
            (await client.SendAsync(request, Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await client.GetAsync("/?a=b&key=k%205", Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        upstream.Books.Keys.Keys.ShouldBe(["k1", "k2", "k3", "k4", "k 5"], ignoreOrder: true);
    }

    [Fact]
    public async Task Keys_of_an_organisation_share_its_limit()
    {
        var (_, client) = await StartAsync(new UpstreamBuilder().SlidingLog(1, Hour, limit => limit with { By = CountedBy.Organisation }).Organisation("acme", "k1", "k2"));

        (await client.GetAsync("/?key=k1", Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/?key=k2", Ended)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await client.GetAsync("/?key=k3", Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Costs_are_what_the_test_says_and_free_requests_are_not_counted()
    {
        var builder = new UpstreamBuilder().SlidingLog(10, Hour).Tokens(100, Hour)
            .Cost("tokens", request => Encoding.UTF8.GetString(request.Body.Span).Length).Free("GET /health");
        var (upstream, client) = await StartAsync(builder);

        (await client.PostAsync("/", new StringContent(new string('x', 60)), Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync("/", new StringContent(new string('x', 60)), Ended)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await client.GetAsync("/health", Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);

        upstream.Books["tokens"].Ok.ShouldBe(60);
        upstream.Books["requests"].Ok.ShouldBe(1);
    }

    [Fact]
    public async Task A_slot_is_held_until_the_body_ends_and_is_free_when_its_last_byte_is_there()
    {
        var time = new ManualTimeProvider();
        var (upstream, client) = await StartAsync(new UpstreamBuilder().Concurrency(1).Work(Hour, Hour).Time(time));

        for (var call = 0; call < 3; call++)
        {
            using var streaming = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, Ended);
            (await client.GetAsync("/", Ended)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            await time.RunUntilAsync(streaming.Content.ReadAsStringAsync(Ended));
        }

        (upstream.Books.Admitted, upstream.Books.Refused).ShouldBe((3, 3));
    }

    [Fact]
    public async Task A_slot_is_free_when_the_caller_goes()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().Concurrency(1).Work(Hour, Hour));

        var streaming = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, Ended);
        upstream.Inside.ShouldBe(1);
        streaming.Dispose();

        await UntilAsync(() => upstream.Inside == 0);
        using var next = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, Ended);
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_caller_that_goes_while_his_request_is_on_its_way_was_not_counted()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().SlidingLog(1, Hour).Latency(Hour, Hour));
        using var going = CancellationTokenSource.CreateLinkedTokenSource(Ended);

        var call = client.GetAsync("/", going.Token);
        await UntilAsync(() => upstream.Inside == 1);
        await going.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call);
        await UntilAsync(() => upstream.Inside == 0);
        upstream.Books.Admitted.ShouldBe(0);
    }

    [Fact]
    public async Task A_storm_refuses_whom_the_limits_would_admit_and_does_not_count()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().SlidingLog(2, Hour).Fault(Fault.Storm(TimeSpan.FromSeconds(7)).On(2, 3)));
        List<HttpStatusCode> statuses = [];
        TimeSpan? asked = null;

        for (var call = 0; call < 4; call++)
        {
            using var response = await client.GetAsync("/", Ended);
            statuses.Add(response.StatusCode);
            asked = response.Headers.RetryAfter?.Delta ?? asked;
        }

        statuses.ShouldBe([HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests, HttpStatusCode.OK]);
        asked.ShouldBe(TimeSpan.FromSeconds(7));
        upstream.ShouldNeverHaveRefused();
        upstream.Books.Faults["storm"].ShouldBe(2);
        upstream.Books["requests"].Ok.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_was_counted()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().SlidingLog(2, Hour).Fault(Fault.Status(503, TimeSpan.FromSeconds(1.5)).On(1)));

        using var failed = await client.GetAsync("/", Ended);

        failed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        failed.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        (await client.GetAsync("/", Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/", Ended)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        upstream.Books.Faults["status 503"].ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_head_is_an_exception()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().Concurrency(1).Fault(Fault.Reset().On(1)));

        await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync("/", Ended));

        await UntilAsync(() => upstream.Inside == 0);
        (await client.GetAsync("/", Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_connection_breaks_at_any_byte_of_the_body()
    {
        var length = (await (await StartAsync(new UpstreamBuilder())).Client.GetByteArrayAsync("/", Ended)).Length;
        for (var bytes = 0; bytes <= length; bytes++)
        {
            var (upstream, client) = await StartAsync(new UpstreamBuilder().Concurrency(1).Fault(Fault.ResetAfter(bytes).On(1)));

            // Over a socket, what breaks may overtake what was sent before it: nobody has read more than was sent, and who reads to the end knows that something is missing.
            var read = new MemoryStream();
            var failure = await Record.ExceptionAsync(async () =>
            {
                using var response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, Ended);
                await (await response.Content.ReadAsStreamAsync(Ended)).CopyToAsync(read, Ended);
            });
            read.Length.ShouldBeLessThanOrEqualTo(bytes);
            (failure is IOException or HttpRequestException).ShouldBe(read.Length < length);
            await UntilAsync(() => upstream.Inside == 0);
            upstream.Books.Faults["reset"].ShouldBe(1);
        }
    }

    [Fact]
    public async Task Headers_lie_where_the_schedule_says_so()
    {
        var builder = Upstream.Preset("x-ratelimit").Fault(Fault.Header("X-RateLimit-Remaining", "1000000").On(1)).Fault(Fault.WithoutHeader("x-ratelimit-reset").On(1));
        var (_, client) = await StartAsync(builder);

        using var lying = await client.GetAsync("/", Ended);
        using var honest = await client.GetAsync("/", Ended);

        lying.Headers.GetValues("x-ratelimit-remaining").ShouldBe(["1000000"]);
        lying.Headers.Contains("x-ratelimit-reset").ShouldBeFalse();
        lying.Headers.GetValues("x-ratelimit-limit").ShouldBe(["60"]);
        honest.Headers.GetValues("x-ratelimit-remaining").ShouldBe(["58"]);
    }

    [Fact]
    public async Task Hostile_headers_arrive_and_the_response_with_them()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().Fault(Fault.Hostile()).Seed(7));
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var call = 0; call < 50; call++)
        {
            using var response = await client.GetAsync("/", Ended);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            foreach (var header in response.Headers.NonValidated)
            {
                seen.Add(header.Key);
            }
        }

        seen.Count.ShouldBeGreaterThan(15);
        upstream.Books.Faults["headers"].ShouldBe(50);
    }

    [Fact]
    public async Task Closed_books_stay_as_they_were()
    {
        var (upstream, client) = await StartAsync(new UpstreamBuilder().SlidingLog(5, Hour));
        await client.GetAsync("/", Ended);

        upstream.CloseBooks();
        await client.GetAsync("/", Ended);
        upstream.CloseBooks();

        upstream.Books.Admitted.ShouldBe(1);
    }

    [Fact]
    public async Task A_stream_comes_in_pieces_and_has_no_length()
    {
        var (_, client) = await StartAsync(Upstream.Preset("openai"));
        using var content = new StringContent("""{"model":"m","max_tokens":40,"stream":true,"messages":[]}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ended);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        response.Content.Headers.ContentLength.ShouldBeNull();
        (await response.Content.ReadAsStringAsync(Ended)).ShouldEndWith("data: [DONE]\n\n");
    }

    protected static async Task UntilAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(1, Ended);
        }
    }
}
