using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>H16 over real sockets: what really arrives at the other end.</summary>
public sealed class RedirectHandlerTests : IAsyncLifetime
{
    private readonly LimitedService _service = new LimitedService(LimitedService.Window(1000)).With(ResilientChain.Usual);
    private readonly ConcurrentQueue<string> _arrived = new();
    private RealUpstream _upstream = null!;
    private RealUpstream _other = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _upstream = await RealUpstream.StartAsync(HttpProtocols.Http1);
        _other = await RealUpstream.StartAsync(HttpProtocols.Http1);
    }

    public async ValueTask DisposeAsync()
    {
        _service.Dispose();
        await _upstream.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [Fault("H16")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task H16_the_same_origin_gets_the_key_and_each_hop_is_admitted(bool isSynchronous)
    {
        _upstream.Answers["/a"] = To("/b", 307);
        _upstream.Answers["/b"] = To("c", 301);
        _upstream.Answers["/c"] = Final;

        var response = await SendAsync(Keyed(HttpMethod.Get, "/a"), isSynchronous);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.RequestMessage!.RequestUri.ShouldBe(new Uri(_upstream.Address, "/c"));
        _arrived.ShouldBe(["GET /a key=secret auth=Bearer secret cookie=secret ", "GET /b key=secret auth=Bearer secret cookie=secret ", "GET /c key=secret auth=Bearer secret cookie=secret "]);
        _service.Used.ShouldBe(3);
    }

    [Fact]
    [Fault("H16")]
    public async Task H16_another_origin_gets_no_key()
    {
        _upstream.Answers["/a"] = To(new Uri(_other.Address, "/x").AbsoluteUri, 302);
        _other.Answers["/x"] = Final;

        (await SendAsync(Keyed(HttpMethod.Get, "/a"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        _arrived.ShouldBe(["GET /a key=secret auth=Bearer secret cookie=secret ", "GET /x key= auth= cookie= "]);
        _service.Used.ShouldBe(2);
    }

    [Fact]
    [Fault("H16")]
    public async Task H16_and_does_not_get_it_back_by_way_of_home()
    {
        _upstream.Answers["/a"] = To(new Uri(_other.Address, "/x").AbsoluteUri, 302);
        _other.Answers["/x"] = To(new Uri(_upstream.Address, "/b").AbsoluteUri, 302);
        _upstream.Answers["/b"] = Final;

        await SendAsync(Keyed(HttpMethod.Get, "/a"));

        _arrived.Last().ShouldBe("GET /b key= auth= cookie= ");
    }

    [Fact]
    [Fault("H16")]
    public async Task H16_content_is_sent_again_to_the_same_origin_and_to_no_other()
    {
        _upstream.Answers["/a"] = To("/b", 307);
        _upstream.Answers["/b"] = To(new Uri(_other.Address, "/x").AbsoluteUri, 308);

        var response = await SendAsync(Keyed(HttpMethod.Post, "/a"));

        response.StatusCode.ShouldBe(HttpStatusCode.PermanentRedirect, "it is the caller's to decide");
        _arrived.ShouldBe(["POST /a key=secret auth=Bearer secret cookie=secret body", "POST /b key=secret auth=Bearer secret cookie=secret body"]);
    }

    [Fact]
    public async Task After_a_post_it_is_asked_for_what_is_there()
    {
        _upstream.Answers["/a"] = To("/b", 303);
        _upstream.Answers["/b"] = Final;

        await SendAsync(Keyed(HttpMethod.Post, "/a"));

        _arrived.Last().ShouldBe("GET /b key=secret auth=Bearer secret cookie=secret ");
    }

    [Fact]
    [Fault("H16")]
    public async Task H16_a_loop_ends()
    {
        _upstream.Answers["/a"] = To("/a", 302);

        (await SendAsync(Keyed(HttpMethod.Get, "/a"))).StatusCode.ShouldBe(HttpStatusCode.Found);

        _arrived.Count.ShouldBe(6, "the request and five hops");
    }

    [Fact]
    public async Task Zero_hands_them_all_to_the_caller()
    {
        _service.With(ResilientChain.Usual with { MaxRedirects = 0 });
        _upstream.Answers["/a"] = To("/b", 302);

        (await SendAsync(Keyed(HttpMethod.Get, "/a"))).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task What_the_last_hop_refuses_is_repeated_from_the_first()
    {
        var refused = 0;
        _upstream.Answers["/a"] = To("/b", 302);
        _upstream.Answers["/b"] = context => refused++ == 0 ? AnswerAsync(context, 500) : Final(context);

        (await SendAsync(Keyed(HttpMethod.Get, "/a"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        _arrived.Select(static line => line[..6]).ShouldBe(["GET /a", "GET /b", "GET /a", "GET /b"]);
    }

    private HttpRequestMessage Keyed(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(_upstream.Address, path)) { Headers = { { "X-Api-Key", "secret" }, { "Authorization", "Bearer secret" }, { "Cookie", "secret" } } };
        request.Content = method == HttpMethod.Post ? new StringContent("body") : null;
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool isSynchronous = false)
    {
        using var invoker = new HttpMessageInvoker(_service.Chain(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }));
        return await (isSynchronous ? Task.Run(() => invoker.Send(request, Ended), Ended) : invoker.SendAsync(request, Ended)).WithinTimeAsync(_service.Time);
    }

    private RequestDelegate To(string location, int status) => async context =>
    {
        context.Response.Headers.Location = location;
        await AnswerAsync(context, status);
    };

    private Task Final(HttpContext context) => AnswerAsync(context, 200);

    private async Task AnswerAsync(HttpContext context, int status)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var headers = context.Request.Headers;
        _arrived.Enqueue($"{context.Request.Method} {context.Request.Path} key={headers["X-Api-Key"]} auth={headers.Authorization} cookie={headers.Cookie} {await reader.ReadToEndAsync(Ended)}");
        context.Response.StatusCode = status;
    }
}
