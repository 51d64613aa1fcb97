using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Embeddings;

public sealed class BatchingEmbeddingGeneratorTests
{
    [Fact]
    public async Task Twenty_thousand_short_texts_take_as_few_requests_as_the_provider_allows()
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider);
        var texts = Enumerable.Range(0, 20_000).Select(static i => $"a short text, number {i}").ToArray();

        var embeddings = await bed.EndAsync(bed.Ask(texts));

        embeddings.Select(static embedding => embedding.Vector.ToArray()).ShouldBe(texts.Select(StrictGenerator.VectorOf));
        provider.Requests.Count.ShouldBe(10);
        provider.Requests.Sum(static request => request.Texts.Count).ShouldBe(20_000);
    }

    [Fact]
    public async Task Twenty_thousand_callers_with_a_text_each_share_as_few_requests()
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider);

        var all = await bed.EndAsync(Task.WhenAll(Enumerable.Range(0, 20_480).Select(i => bed.Ask($"text {i}"))));

        all.Select(static call => call[0].Vector.ToArray()).ShouldBe(Enumerable.Range(0, 20_480).Select(static i => StrictGenerator.VectorOf($"text {i}")));
        provider.Requests.Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_request_holds_no_more_tokens_than_it_may()
    {
        var provider = new StrictGenerator { MaxTokens = 1_000 };
        using var bed = new GeneratorBed(provider, new EmbeddingBatchOptions { MaxTokens = 1_000, TokenCounter = new QuarterCounter() });
        var random = new Random(3);
        var texts = Enumerable.Range(0, 500).Select(i => new string((char)('a' + (i % 26)), random.Next(1, 800)) + i).ToArray();

        var embeddings = await bed.EndAsync(bed.Ask(texts));

        embeddings.Select(static embedding => embedding.Vector.ToArray()).ShouldBe(texts.Select(StrictGenerator.VectorOf));
        provider.Requests.ShouldAllBe(static request => request.Texts.Sum(StrictGenerator.TokensOf) <= 1_000);
    }

    [Fact]
    public async Task Tokens_that_were_counted_too_low_cost_a_division_and_no_text()
    {
        // Each text is taken for a third of its bytes and has twice as many tokens for this provider.
        var provider = new StrictGenerator { MaxTokens = 300 };
        using var bed = new GeneratorBed(provider, new EmbeddingBatchOptions { MaxTokens = 400, MaxDelay = TimeSpan.FromMilliseconds(1) });
        var texts = Enumerable.Range(0, 40).Select(static i => new string('x', 39) + (i % 10)).Distinct().ToArray();

        (await bed.EndAsync(bed.Ask(texts))).Count.ShouldBe(texts.Length);
    }

    [Fact]
    public async Task Equal_texts_are_sent_once_in_a_call_and_between_calls()
    {
        var provider = new StrictGenerator { Gate = new() };
        using var bed = new GeneratorBed(provider);

        var calls = Enumerable.Range(0, 100).Select(_ => bed.Ask("same", "other", "same")).ToArray();
        await bed.PassUntilAsync(() => provider.Requests.Count > 0);
        provider.Gate.SetResult();
        var all = await bed.EndAsync(Task.WhenAll(calls));

        provider.Requests.ShouldHaveSingleItem().Texts.ShouldBe(["same", "other"]);
        foreach (var call in all)
        {
            call.Select(static embedding => embedding.Vector.ToArray()).ShouldBe([StrictGenerator.VectorOf("same"), StrictGenerator.VectorOf("other"), StrictGenerator.VectorOf("same")]);
        }

        all.SelectMany(static call => call).Distinct().Count().ShouldBe(300, "nobody may write to what another caller has");
        all.Sum(static call => call.Usage?.TotalTokenCount ?? 0).ShouldBe(provider.TokensUsed);
    }

    [Fact]
    public async Task Each_calls_options_are_kept_apart()
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider);
        EmbeddingGenerationOptions?[] options = [null, new() { ModelId = "a" }, new() { ModelId = "a", Dimensions = 256 }, new() { AdditionalProperties = new() { ["input_type"] = "query" } }];

        await bed.EndAsync(Task.WhenAll(Enumerable.Range(0, 40).Select(i => bed.Generator.GenerateAsync(["x", $"{i}"], options[i % 4]?.Clone()))));

        provider.Requests.Count.ShouldBe(4);
        provider.Requests.Select(static request => (request.ModelId, request.Dimensions)).ShouldBe([(null, null), ("a", null), ("a", 256), (null, null)], ignoreOrder: true);
        provider.Requests.ShouldAllBe(static request => request.Texts.Count == 11);
    }

    [Fact]
    public async Task Tenants_are_kept_apart_and_a_request_may_be_repeated_unless_its_caller_says_otherwise()
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider);
        async Task<int> OfAsync(RequestSettings? settings)
        {
            using var scope = settings is null ? null : RateLimitScope.Begin(settings);
            return (await bed.Ask("x")).Count;
        }

        await bed.EndAsync(Task.WhenAll(OfAsync(null), OfAsync(new() { Tenant = "a" }), OfAsync(new() { Tenant = "b", Repeatable = false }), OfAsync(new() { Tenant = "a" })));

        provider.Requests.Select(static request => (request.Scope?.Tenant, request.Scope?.Repeatable)).ShouldBe([(null, true), ("a", true), ("b", false)], ignoreOrder: true);
    }

    [Fact]
    public async Task A_request_tells_the_limits_its_tokens_where_nobody_else_did()
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider, new EmbeddingBatchOptions { TokenUnit = "tokens" });
        async Task<int> OfAsync(params UnitCost[] costs)
        {
            using var scope = RateLimitScope.Begin(new RequestSettings { Costs = costs });
            return (await bed.Ask("six letters")).Count;
        }

        await bed.EndAsync(bed.Ask("aaa", "bbbb"));
        await bed.EndAsync(OfAsync(new UnitCost("units", 7)));
        await bed.EndAsync(OfAsync(new UnitCost("tokens", 9)));

        provider.Requests.Select(static request => string.Join(' ', request.Scope!.Costs!.Select(static cost => $"{cost.Unit}={cost.Amount}"))).ShouldBe(["tokens=3", "tokens=4 units=7", "tokens=9"]);
    }

    [Fact]
    public async Task What_a_request_used_is_divided_among_its_callers_to_the_last_token()
    {
        var provider = new StrictGenerator { Gate = new() };
        using var bed = new GeneratorBed(provider);

        var calls = Enumerable.Range(1, 50).Select(i => bed.Ask([.. Enumerable.Range(0, i % 7 + 1).Select(j => new string('t', i + j))])).ToArray();
        await bed.PassUntilAsync(() => provider.Requests.Count > 0);
        provider.Gate.SetResult();
        var all = await bed.EndAsync(Task.WhenAll(calls));

        all.Sum(static call => call.Usage?.InputTokenCount ?? 0).ShouldBe(provider.TokensUsed);
    }

    [Fact]
    public async Task Without_reported_usage_there_is_none()
    {
        using var bed = new GeneratorBed(new StrictGenerator { ReportsUsage = false });

        (await bed.EndAsync(bed.Ask("x"))).Usage.ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_leaves_does_not_take_a_shared_text_along_and_the_last_one_does()
    {
        var provider = new StrictGenerator { Gate = new() };
        using var bed = new GeneratorBed(provider);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();

        var (left, stays, alsoLeft) = (bed.Generator.GenerateAsync(["shared"], null, first.Token), bed.Ask("shared"), bed.Generator.GenerateAsync(["own"], null, second.Token));
        await bed.PassUntilAsync(() => provider.Requests.Count == 1);
        await first.CancelAsync();
        await second.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(left);
        await Should.ThrowAsync<OperationCanceledException>(alsoLeft);
        provider.Requests[0].Token.IsCancellationRequested.ShouldBeFalse();
        provider.Gate.SetResult();
        (await bed.EndAsync(stays))[0].Vector.ToArray().ShouldBe(StrictGenerator.VectorOf("shared"));
    }

    [Fact]
    public async Task Nothing_is_asked_for_no_texts()
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider);

        (await bed.Ask()).Count.ShouldBe(0);

        provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Disposal_ends_callers_with_a_reason_and_disposes_the_inner_generator()
    {
        var provider = new StrictGenerator { Gate = new() };
        var bed = new GeneratorBed(provider);
        var call = bed.Ask("x");
        await bed.PassUntilAsync(() => provider.Requests.Count == 1);

        bed.Dispose();

        (await Should.ThrowAsync<BatchRejectedException>(call.WithinDeadlineAsync())).Reason.ShouldBe(BatchRejection.Disposed);
        provider.IsDisposed.ShouldBeTrue();
    }

    private sealed class QuarterCounter : ITokenCounter
    {
        public bool TryCount(string model, ReadOnlySpan<char> text, out int tokens)
        {
            model.ShouldBe(StrictGenerator.Model);
            tokens = (text.Length + 3) / 4;
            return true;
        }
    }
}
