using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.Testing;

namespace RateLimited.Http.AI.Tests.Fallback;

public sealed class FallbackChatClientTests
{
    private static readonly RateLimitRejectedException Refusal = new("s", RejectionReason.Timeout, limit: null, retryAfter: null);
    private static readonly ChatMessage[] Messages = [new(ChatRole.System, "be brief"), new(ChatRole.User, "hello")];

    private readonly TalkingClient _first = new("first");
    private readonly TalkingClient _local = new("local");

    public static TheoryData<Exception, bool> Failures => new()
    {
        { Refusal, true },
        { new InvalidOperationException("wrapped", new CircuitOpenException("s", CircuitState.Open, retryAfter: null)), true },
        { new HttpRequestException("x", inner: null, HttpStatusCode.TooManyRequests), true },
        { new HttpRequestException("x", inner: null, HttpStatusCode.PaymentRequired), true },
        { new HttpRequestException("x", inner: null, HttpStatusCode.InternalServerError), false },
        { new HttpRequestException("x", inner: null, HttpStatusCode.BadRequest), false },
        { new InvalidOperationException("a defect"), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Another_answers_when_the_first_is_limited_and_only_then(Exception failure, bool goesOn)
    {
        _first.Fails = failure;
        using var client = new FallbackChatClient(_first, [new ChatFallback("on-this-machine", _local, "llama")]);

        if (goesOn)
        {
            (await AskAsync(client)).Text.ShouldBe("local/llama: 2");
            (await ReadAsync(client)).ShouldBe("local/llama: 2!");
        }
        else
        {
            (await Should.ThrowAsync<Exception>(AskAsync(client))).ShouldBeSameAs(failure);
            (await Should.ThrowAsync<Exception>(ReadAsync(client))).ShouldBeSameAs(failure);
            _local.Asked.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task While_the_first_answers_nobody_else_is_asked()
    {
        using var client = new FallbackChatClient(_first, [new ChatFallback("small")]);

        var answer = await AskAsync(client, new ChatOptions { ModelId = "large" });

        answer.Text.ShouldBe("first/large: 2");
        answer.AdditionalProperties.ShouldBeNull();
        _first.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Each_is_asked_once_in_their_order_and_the_answer_says_whose_it_is()
    {
        var second = new TalkingClient("second") { Fails = new HttpRequestException("down") };
        _first.Fails = Refusal;
        using var metrics = new MetricCollector();
        using var client = _first.WithFallback(new ChatFallback("small"), new ChatFallback("elsewhere", second), new ChatFallback("at-home", _local));

        var answer = await AskAsync(client, new ChatOptions { ModelId = "large", Temperature = 0.5f });

        answer.Text.ShouldBe("local/: 2");
        answer.AdditionalProperties!["RateLimited.Http.Fallback"].ShouldBe("at-home");
        _first.Asked.Select(static options => options?.ModelId).ShouldBe(["large", "small"]);
        second.Asked.ShouldHaveSingleItem()!.ModelId.ShouldBeNull("the first one's models are not this one's");
        _local.Asked.ShouldHaveSingleItem()!.Temperature.ShouldBe(0.5f);
        metrics.Sum("ai.fallbacks", ("step", "elsewhere"), ("reason", "refused"), ("result", "failed")).ShouldBe(1);
        metrics.Sum("ai.fallbacks", ("step", "at-home"), ("reason", "refused"), ("result", "answered")).ShouldBe(1);
        metrics.Sum("ai.fallbacks", ("step", "at-home")).ShouldBe(1);
    }

    [Fact]
    public async Task When_nobody_has_an_answer_the_first_failure_is_the_callers()
    {
        _first.Fails = Refusal;
        _local.Fails = new TimeoutException("slow");
        using var client = _first.WithFallback(new ChatFallback("here", _local), new ChatFallback("small"));

        (await Should.ThrowAsync<RateLimitRejectedException>(AskAsync(client))).ShouldBeSameAs(Refusal);
        (await Should.ThrowAsync<RateLimitRejectedException>(ReadAsync(client))).ShouldBeSameAs(Refusal);
        _first.Opened.ShouldBe(_first.Closed);
        _local.Opened.ShouldBe(_local.Closed);
    }

    [Fact]
    public async Task Two_that_stand_in_for_each_other_end()
    {
        _first.Fails = _local.Fails = Refusal;
        var late = new Late();
        using var one = _first.WithFallback(new ChatFallback("other", late));
        using var other = _local.WithFallback(new ChatFallback("one", one));
        late.Client = other;

        await Should.ThrowAsync<RateLimitRejectedException>(AskAsync(one));
        await Should.ThrowAsync<RateLimitRejectedException>(ReadAsync(one));

        _first.Asked.Count.ShouldBe(2);
        _local.Asked.Count.ShouldBe(2);
        (await Should.ThrowAsync<RateLimitRejectedException>(AskAsync(one))).ShouldBeSameAs(Refusal);
    }

    [Fact]
    public async Task A_stream_of_which_something_has_come_is_not_gone_on_with_elsewhere()
    {
        _first.Breaks = Refusal;
        using var client = _first.WithFallback(new ChatFallback("here", _local));

        (await Should.ThrowAsync<RateLimitRejectedException>(ReadAsync(client))).ShouldBeSameAs(Refusal);

        _local.Asked.ShouldBeEmpty();
        _first.Closed.ShouldBe(1);
    }

    [Fact]
    public async Task Who_leaves_a_stream_closes_it()
    {
        _first.Fails = Refusal;
        using var client = _first.WithFallback(new ChatFallback("here", _local));

        await foreach (var update in client.GetStreamingResponseAsync(Messages, options: null, TestContext.Current.CancellationToken))
        {
            update.AdditionalProperties!["RateLimited.Http.Fallback"].ShouldBe("here");
            break;
        }

        _local.Closed.ShouldBe(1);
    }

    [Fact]
    public async Task Who_has_left_is_answered_by_nobody()
    {
        using var leaving = new CancellationTokenSource();
        await leaving.CancelAsync();
        using var client = _first.WithFallback(new ChatFallback("here", _local));

        await Should.ThrowAsync<OperationCanceledException>(client.GetResponseAsync(Messages, options: null, leaving.Token));

        _local.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_conversation_that_lives_at_the_provider_stays_there()
    {
        _first.Fails = Refusal;
        using var client = _first.WithFallback(new ChatFallback("here", _local));

        await Should.ThrowAsync<RateLimitRejectedException>(AskAsync(client, new ChatOptions { ConversationId = "c1" }));

        _local.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_that_can_be_read_once_are_read_once()
    {
        _first.Fails = Refusal;
        using var client = _first.WithFallback(new ChatFallback("here", _local));
        var reads = 0;
        IEnumerable<ChatMessage> Once()
        {
            (++reads).ShouldBe(1);
            yield return Messages[1];
        }

        (await client.GetResponseAsync(Once(), options: null, TestContext.Current.CancellationToken)).Text.ShouldBe("local/: 1");
    }

    [Fact]
    public async Task Causes_and_their_reading_can_be_the_programs_own()
    {
        var options = new ModelFallbackOptions { Causes = { FallbackCause.Failed }, Read = static failure => failure is FormatException ? FallbackCause.Failed : FallbackCause.Limited };
        using var client = _first.WithFallback(options, new ChatFallback("here", _local));

        _first.Fails = new FormatException("odd");
        (await AskAsync(client)).Text.ShouldBe("local/: 2");
        _first.Fails = Refusal;
        await Should.ThrowAsync<RateLimitRejectedException>(AskAsync(client));
    }

    [Fact]
    public void A_fallback_needs_somewhere_to_go()
    {
        Should.Throw<ArgumentException>(() => new FallbackChatClient(_first, [])).Message.ShouldStartWith("A fallback needs somewhere to go");
        Should.Throw<ArgumentException>(() => new FallbackChatClient(_first, [null!]));
        Should.Throw<ArgumentException>(static () => new ChatFallback(" "));
        Should.Throw<ArgumentException>(() => new ChatFallback("", _local));
        Should.Throw<OptionsValidationException>(() => new FallbackChatClient(_first, [new ChatFallback("x")], new ModelFallbackOptions { Causes = { (FallbackCause)9 } }))
            .Failures.ShouldBe(["Causes: 9 → Failed or CircuitOpen or Limited or Refused."]);
    }

    private static Task<ChatResponse> AskAsync(FallbackChatClient client, ChatOptions? options = null) => client.GetResponseAsync(Messages, options);

    private static async Task<string> ReadAsync(FallbackChatClient client)
    {
        var text = "";
        await foreach (var update in client.GetStreamingResponseAsync(Messages))
        {
            text += update.Text;
        }

        return text;
    }

    private sealed class Late : IChatClient
    {
        public FallbackChatClient? Client { get; set; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Client!.GetResponseAsync(messages, options, cancellationToken);

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Client!.GetStreamingResponseAsync(messages, options, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
