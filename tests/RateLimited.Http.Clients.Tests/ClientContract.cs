using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Clients.Tests.Upstreams;
using RateLimited.Http.Clients.Tests.Watching;

namespace RateLimited.Http.Clients.Tests;

/// <summary>What every client's users are promised in docs/clients.md.</summary>
public abstract class ClientContract<TClient>
    where TClient : class
{
    private const string NeverWaits = """{ "Limits": "1/hour", "Queue": { "Timeout": "0 s" } }""";

    private protected abstract string Service { get; }

    private protected abstract IProviderShape Shape { get; }

    /// <summary>The service's section: some form of 25 a second, to which the upstream holds.</summary>
    private protected abstract string Limited { get; }

    /// <summary>How many requests one call is while the upstream fails and the client retries as it does by itself.</summary>
    private protected abstract int SendsByItself { get; }

    /// <summary>How often one call asks to be admitted, and is refused, while the client retries as it does by itself.</summary>
    private protected abstract int RefusalsByItself { get; }

    private protected abstract StrictDoor LimitedDoor();

    private protected abstract void Add(IServiceCollection services, Uri endpoint, string key);

    /// <summary>The client with its retries left on.</summary>
    private protected abstract TClient RetriesByItself(HttpClient http, Uri endpoint, string key);

    /// <summary>The client with a timeout of its own of 100 ms.</summary>
    private protected abstract TClient Impatient(HttpClient http, Uri endpoint, string key);

    private protected abstract Task<string> AskAsync(TClient client, string question, CancellationToken cancellationToken);

    /// <summary>The words of the question, one by one.</summary>
    private protected abstract IAsyncEnumerable<string> StreamAsync(TClient client, string question, CancellationToken cancellationToken);

    /// <summary>What a caller does with a refusal: the refusal is found where the documentation says.</summary>
    private protected abstract RateLimitRejectedException? RefusalIn(Exception exception);

    /// <summary>The status in what the client throws when the upstream, or the handler in its place, answers with one.</summary>
    private protected abstract HttpStatusCode? StatusIn(Exception exception);

    [Fact]
    public async Task Many_calls_at_once_are_all_answered_and_none_is_refused()
    {
        await using var bed = await BedAsync(Limited, LimitedDoor());
        (await AskAsync(bed.Client, "first", Token)).ShouldBe("first");

        var questions = Enumerable.Range(0, 50).Select(static number => $"question{number}").ToArray();
        var answers = await Task.WhenAll(questions.Select(question => AskAsync(bed.Client, question, Token)));

        answers.ShouldBe(questions);
        bed.Upstream.Sends.ShouldBe(Enumerable.Repeat(StatusCodes.Status200OK, 51));
    }

    [Fact]
    public async Task A_stream_holds_its_lease_until_it_has_ended()
    {
        await using var bed = await BedAsync("""{ "Limits": "1 concurrent" }""");
        await using var words = StreamAsync(bed.Client, "one-two-three", Token).GetAsyncEnumerator(Token);
        await NextAsync(words, "one");

        var behind = AskAsync(bed.Client, "behind", Token);
        await Eventually.TrueAsync(() => bed.Limiter.GetStatus().Line.Sum(static line => line.Waiting) == 1);
        bed.Upstream.NextPiece.Release();
        await NextAsync(words, "two");
        bed.Upstream.NextPiece.Release();
        await NextAsync(words, "three");

        bed.Limiter.GetStatus().InFlight.ShouldBe(1);
        behind.IsCompleted.ShouldBeFalse();
        bed.Upstream.Sends.Count.ShouldBe(1);

        bed.Upstream.NextPiece.Release();
        (await words.MoveNextAsync()).ShouldBeFalse();

        (await behind.WaitAsync(Eventually.Deadline, Token)).ShouldBe("behind");
        await Eventually.TrueAsync(() => bed.Limiter.GetStatus().InFlight == 0);
    }

    [Fact]
    public async Task A_stream_that_is_left_gives_its_lease_back()
    {
        await using var bed = await BedThatLeavesStreamsAsync("""{ "Limits": "1 concurrent" }""");
        await foreach (var word in StreamAsync(bed.Client, "one-two-three", Token))
        {
            word.ShouldBe("one");
            bed.Limiter.GetStatus().InFlight.ShouldBe(1);
            break;
        }

        await Eventually.TrueAsync(() => bed.Limiter.GetStatus().InFlight == 0);
        (await AskAsync(bed.Client, "behind", Token).WaitAsync(Eventually.Deadline, Token)).ShouldBe("behind");
    }

    [Theory]
    [InlineData(StatusCodes.Status429TooManyRequests)]
    [InlineData(StatusCodes.Status500InternalServerError)]
    [InlineData(StatusCodes.Status503ServiceUnavailable)]
    public async Task One_call_is_one_send_when_the_upstream_fails(int status)
    {
        await using var bed = await BedAsync("""{ "Limits": "1000/second", "Resilience": false }""");
        bed.Upstream.FailsWith = status;

        var failure = await Record.ExceptionAsync(() => AskAsync(bed.Client, "anything", Token));

        StatusIn(failure.ShouldNotBeNull()).ShouldBe((HttpStatusCode)status);
        bed.Upstream.Sends.ShouldBe([status]);
    }

    [Fact]
    public async Task By_itself_it_sends_as_often_as_the_documentation_warns()
    {
        await using var bed = await BedAsync("""{ "Limits": "1000/second", "FaultThrottle": false, "Resilience": false }""");
        bed.Upstream.FailsWith = StatusCodes.Status500InternalServerError;
        var client = RetriesByItself(bed.HttpClient, bed.Upstream.Address, LoopbackUpstream.Key);

        var began = TimeProvider.System.GetTimestamp();
        (await Record.ExceptionAsync(() => AskAsync(client, "anything", Token))).ShouldNotBeNull();

        bed.Upstream.Sends.Count.ShouldBe(SendsByItself);
        // OpenAI's announced delays are 0.8 s, 1.6 s and 3.2 s, and it makes none of them. The others were told to be quick.
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(5.6));
    }

    [Fact]
    public async Task By_itself_it_asks_again_after_a_refusal_too()
    {
        await using var bed = await BedAsync(NeverWaits);
        await AskAsync(bed.Client, "first", Token);
        var client = RetriesByItself(bed.HttpClient, bed.Upstream.Address, LoopbackUpstream.Key);

        var thrown = await Record.ExceptionAsync(() => AskAsync(client, "second", Token));

        (thrown is AggregateException several ? several.InnerExceptions : [thrown.ShouldNotBeNull()]).ShouldAllBe(each => RefusalIn(each) != null);
        bed.Said.Lines.Count(static line => line.Contains("was refused", StringComparison.Ordinal)).ShouldBe(RefusalsByItself);
        bed.Upstream.Sends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Its_own_timeout_counts_the_time_in_line()
    {
        await using var bed = await BedAsync("""{ "Limits": "1/hour", "Queue": { "Timeout": "2 hours" } }""");
        await AskAsync(bed.Client, "first", Token);
        var client = Impatient(bed.HttpClient, bed.Upstream.Address, LoopbackUpstream.Key);

        var thrown = await Record.ExceptionAsync(() => AskAsync(client, "second", Token).WaitAsync(Eventually.Deadline, Token));

        IsTimeout(thrown.ShouldNotBeNull()).ShouldBeTrue(thrown.ToString());
        await Eventually.TrueAsync(() => bed.Limiter.GetStatus().Line.Count == 0);
        bed.Upstream.Sends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_reaches_the_caller_with_its_reason()
    {
        await using var bed = await BedAsync(NeverWaits);
        await AskAsync(bed.Client, "first", Token);

        var thrown = await Record.ExceptionAsync(() => AskAsync(bed.Client, "second", Token));

        var refusal = RefusalIn(thrown.ShouldNotBeNull()).ShouldNotBeNull(thrown.ToString());
        refusal.Service.ShouldBe(Service);
        refusal.Limit.ShouldBe("1/hour");
        refusal.RetryAfter.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(59));
        bed.Upstream.Sends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_as_a_response_is_the_clients_own_429()
    {
        await using var bed = await BedAsync("""{ "Limits": "1/hour", "Queue": { "Timeout": "0 s" }, "Rejection": "Response" }""");
        await AskAsync(bed.Client, "first", Token);

        var thrown = await Record.ExceptionAsync(() => AskAsync(bed.Client, "second", Token));

        StatusIn(thrown.ShouldNotBeNull()).ShouldBe(HttpStatusCode.TooManyRequests);
        bed.Upstream.Sends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_that_cancels_leaves_the_line()
    {
        await using var bed = await BedAsync("""{ "Limits": "1/hour", "Queue": { "Timeout": "2 hours" } }""");
        await AskAsync(bed.Client, "first", Token);
        using var change = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var waiting = AskAsync(bed.Client, "second", change.Token);
        await Eventually.TrueAsync(() => bed.Limiter.GetStatus().Line.Sum(static line => line.Waiting) == 1);
        await change.CancelAsync();

        Exception? thrown = null;
        try
        {
            await waiting.WaitAsync(Eventually.Deadline, Token);
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        IsCancellation(thrown.ShouldNotBeNull()).ShouldBeTrue(thrown.ToString());
        bed.Limiter.GetStatus().Line.ShouldBeEmpty();
        bed.Upstream.Sends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_key_is_in_nothing_that_this_library_says()
    {
        await using var bed = await BedAsync("""{ "Limits": "4/hour", "Queue": { "Timeout": "0 s" }, "Resilience": false }""");
        var thrown = new List<Exception?>();
        await AskAsync(bed.Client, "fine", Token);
        foreach (var status in (int[])[StatusCodes.Status401Unauthorized, StatusCodes.Status500InternalServerError, StatusCodes.Status429TooManyRequests])
        {
            bed.Upstream.FailsWith = status;
            thrown.Add(await Record.ExceptionAsync(() => AskAsync(bed.Client, "failing", Token)));
        }

        thrown.Add(await Record.ExceptionAsync(() => AskAsync(bed.Client, "refused", Token)));
        bed.Said.Collect();

        bed.Upstream.Sends.Count.ShouldBe(4);
        RefusalIn(thrown[^1].ShouldNotBeNull()).ShouldNotBeNull();
        bed.Said.Lines.ShouldContain(line => line.StartsWith("log ", StringComparison.Ordinal) && line.Contains("was refused", StringComparison.Ordinal));
        bed.Said.Lines.ShouldContain(line => line.StartsWith("log ", StringComparison.Ordinal) && line.Contains("answered 429", StringComparison.Ordinal));
        bed.Said.Lines.ShouldContain(line => line.StartsWith("metric ", StringComparison.Ordinal) && line.Contains(Service, StringComparison.Ordinal));
        bed.Said.Lines.Concat(thrown.Select(static exception => exception!.ToString())).ShouldAllBe(static line => !line.Contains(LoopbackUpstream.Key, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What the client throws when its own timeout has passed.</summary>
    private protected virtual bool IsTimeout(Exception exception) => exception is TaskCanceledException;

    /// <summary>What the client throws when the caller cancels.</summary>
    private protected virtual bool IsCancellation(Exception exception) => exception is OperationCanceledException;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected async Task<ClientBed<TClient>> BedAsync(string json, StrictDoor? door = null) =>
        ClientBed<TClient>.Of(await LoopbackUpstream.StartAsync(Shape, door ?? StrictDoor.Open), Service, json, Add);

    /// <summary>With the documentation's advice to those who leave streams: without it the connection of one is occupied for 2 s more.</summary>
    private async Task<ClientBed<TClient>> BedThatLeavesStreamsAsync(string json) =>
        ClientBed<TClient>.Of(await LoopbackUpstream.StartAsync(Shape, StrictDoor.Open), Service, json, (services, endpoint, key) =>
        {
            Add(services, endpoint, key);
            services.AddHttpClient(Service).UseSocketsHttpHandler(static (handler, _) => handler.ResponseDrainTimeout = TimeSpan.Zero);
        });

    private static async Task NextAsync(IAsyncEnumerator<string> words, string expected)
    {
        (await words.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline, Token)).ShouldBeTrue();
        words.Current.ShouldBe(expected);
    }
}
