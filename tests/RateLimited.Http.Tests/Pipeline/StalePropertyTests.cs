using System.Net;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Resilience;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>
/// Responses that are given again, beside a model that remembers the last good one of everybody: whoever asks gets the upstream's answer if it is one, else its own last good one if that is
/// young enough, and never anybody else's.
/// </summary>
public sealed class StalePropertyTests
{
    private const long StaleFor = TimeSpan.TicksPerMinute;

    /// <summary>Names that could be taken for each other if they were only put one behind the other.</summary>
    private static readonly string?[] Names = [null, "a", "b", "a\nb", "a\n", "\na", "1:a", "a\n1:b"];

    private static Gen<Asked> Requests =>
        from path in Gen.Elements("/a", "/b", "/a?x=1")
        from tenant in Gen.Elements(Names)
        from partition in Gen.Elements(Names)
        from key in Gen.Elements(null, "one", "two")
        from trace in Gen.Choose(0, 9)
        select new Asked(path, tenant, partition, key, trace);

    private static Gen<Said> Answers => Gen.Frequency(
        (6, Gen.Constant(Said.Good)),
        (1, Gen.Constant(Said.Secret)),
        (1, Gen.Constant(Said.TooLarge)),
        (1, Gen.Constant(Said.OfUnknownLength)),
        (1, Gen.Constant(Said.NotFound)),
        (3, Gen.Constant(Said.Fault)),
        (2, Gen.Constant(Said.Refusal)),
        (2, Gen.Constant(Said.NoConnection)));

    private enum Said
    {
        Good,
        Secret,
        TooLarge,
        OfUnknownLength,
        NotFound,
        Fault,
        Refusal,
        NoConnection,
    }

    [Fact]
    public async Task Everybody_gets_an_answer_of_its_own_or_none()
    {
        // Few ask, often, so that most have been answered before.
        var cases =
            from askers in Requests.ArrayOf(4)
            from steps in (from asker in Gen.Choose(0, 3) from answer in Answers from after in Gen.Choose(0, 40) select new Step(asker, answer, after)).ListOf()
            from method in Gen.Elements(HttpMethod.Get, HttpMethod.Get, HttpMethod.Get, HttpMethod.Head)
            select (askers, steps, method);

        await Task.Run(() => Holds.For(cases, static drawn => CheckAsync(drawn.askers, [.. drawn.steps], drawn.method).GetAwaiter().GetResult(), share: 4), TestContext.Current.CancellationToken);
    }

    private static async Task CheckAsync(Asked[] askers, IReadOnlyList<Step> steps, HttpMethod method)
    {
        using var service = new LimitedService(LimitedService.Window(1000)).With(ResilienceRule.Nothing with { Fallback = new FallbackRule { StaleFor = StaleFor } });
        var (answer, number) = (Said.Good, 0);
        using var client = service.Through((request, _) => Task.FromResult(Answer(answer, number, request)));
        var kept = new Dictionary<Asked, (string Body, long At)>();
        foreach (var step in steps)
        {
            service.Time.Advance(TimeSpan.FromSeconds(step.After));
            (answer, number) = (step.Answer, number + 1);
            var asker = askers[step.Asker];
            var (status, body, age) = await AskAsync(client, asker, method);
            var now = service.Time.GetTimestamp();
            switch (step.Answer)
            {
                case Said.Good or Said.Secret or Said.TooLarge or Said.OfUnknownLength:
                    (status, age).ShouldBe((200, null));
                    body.ShouldStartWith($"{number} for {asker}");
                    if (step.Answer == Said.Good && method == HttpMethod.Get)
                    {
                        kept[asker.Lasting()] = (body, now);
                    }

                    break;
                case Said.NotFound:
                    (status, age).ShouldBe((404, null), "that is an answer");
                    break;
                default:
                    if (kept.TryGetValue(asker.Lasting(), out var last) && now - last.At <= StaleFor)
                    {
                        (status, body).ShouldBe((200, last.Body));
                        age.ShouldBe(TimeSpan.FromSeconds((now - last.At) / TimeSpan.TicksPerSecond));
                    }
                    else
                    {
                        (status, age).ShouldBe((step.Answer switch { Said.Fault => 500, Said.Refusal => 429, _ => 0 }, null));
                    }

                    break;
            }
        }
    }

    private static async Task<(int Status, string Body, TimeSpan? Age)> AskAsync(HttpMessageInvoker client, Asked asker, HttpMethod method)
    {
        // Past the limits: what the upstream refuses would hold up the next.
        using var request = new HttpRequestMessage(method, $"https://upstream.test{asker.Path}")
            .WithRateLimiting(new RequestSettings { Tenant = asker.Tenant, Partition = asker.Partition, Bypass = true });
        request.Headers.Add("traceparent", $"00-{asker.Trace}");
        if (asker.Key is not null)
        {
            request.Headers.Add("X-Api-Key", asker.Key);
        }

        try
        {
            using var response = await client.SendAsync(request, CancellationToken.None);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(CancellationToken.None), response.Headers.Age);
        }
        catch (HttpRequestException)
        {
            return (0, string.Empty, null);
        }
    }

    private static HttpResponseMessage Answer(Said said, int number, HttpRequestMessage request)
    {
        if (said == Said.NoConnection)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError);
        }

        var settings = request.RateLimiting();
        request.Headers.TryGetValues("X-Api-Key", out var key);
        var trace = request.Headers.GetValues("traceparent").Single()[^1] - '0';
        var text = $"{number} for {new Asked(request.RequestUri!.PathAndQuery, settings?.Tenant, settings?.Partition, key?.Single(), trace)}";
        text = said == Said.TooLarge ? text + new string(' ', 256 * 1024) : text;
        var response = new HttpResponseMessage(said switch { Said.NotFound => HttpStatusCode.NotFound, Said.Fault => HttpStatusCode.InternalServerError, Said.Refusal => HttpStatusCode.TooManyRequests, _ => HttpStatusCode.OK })
        {
            Content = said == Said.OfUnknownLength ? new StreamContent(new PipeOfText(text)) : new StringContent(text),
        };
        if (said == Said.Secret)
        {
            response.Headers.CacheControl = new() { NoStore = true };
        }

        return response;
    }

    private sealed record Step(int Asker, Said Answer, int After);

    private sealed record Asked(string Path, string? Tenant, string? Partition, string? Key, int Trace)
    {
        /// <summary>What of it decides whose answer it may get.</summary>
        public Asked Lasting() => this with { Trace = 0 };
    }

    private sealed class PipeOfText(string text) : MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))
    {
        public override bool CanSeek => false;
    }
}
