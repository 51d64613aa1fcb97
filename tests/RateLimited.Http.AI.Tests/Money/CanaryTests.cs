using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI;
using OpenAI.Embeddings;
using RateLimited.Http.AI.Caching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Tests.Estimation;
using RateLimited.Http.Tests.Configuration;
using RateLimited.Http.Tests.Keys.Canary;

namespace RateLimited.Http.AI.Tests.Money;

/// <summary>S01 to S03 for what this package adds: no text of a key is in what is spent, measured, logged, refused, cached or thrown, whatever the upstream answers, also where it repeats the key.</summary>
public sealed class CanaryTests : IDisposable
{
    private const string One = "CANARY+one/4711==.secret";
    private const string Two = "CANARY+two/0815==.secret";

    private readonly Sweep _sweep = new(One, Two);
    private readonly AnsweringUpstream _upstream = new();

    public void Dispose()
    {
        _upstream.Dispose();
        _sweep.Dispose();
    }

    [Fact]
    public async Task No_text_of_a_key_appears_anywhere()
    {
        await using var program = Configured.Container(Configured.Service($$"""
            {
              "Limits": [ "1000/minute", "1000000 tokens/minute per key" ], "Queue": { "Timeout": "0 s" }, "Resilience": false,
              "Keys": [ "{{One}}", { "Name": "second", "Value": "{{Two}}" } ],
              "AI": { "Prices": { "dear": { "Input": 1000, "Output": 5000 } }, "Budgets": [ "9 usd/day", { "Limit": "5 usd/hour", "Then": "Warn", "WarnPercent": 50 } ] }
            }
            """), services =>
        {
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_sweep));
            services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://upstream.test/")).AddServiceRateLimiting().AddTokenCosts().ConfigurePrimaryHttpMessageHandler(() => _upstream);
        });
        using var client = program.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        (HttpStatusCode Status, string Json)[] answers =
        [
            (HttpStatusCode.OK, """{"model":"dear","usage":{"prompt_tokens":1000,"completion_tokens":600}}"""), (HttpStatusCode.OK, """{"usage":{"prompt_tokens":"many","completion_tokens":1e300}}"""),
            (HttpStatusCode.InternalServerError, "{}"), (HttpStatusCode.Unauthorized, """{"error":{"code":"invalid_api_key"}}"""), (HttpStatusCode.OK, "{}"),
            (HttpStatusCode.TooManyRequests, """{"error":{"code":"insufficient_quota"}}"""), (HttpStatusCode.OK, "nobody hears it: no key is left"),
        ];
        foreach (var (status, json) in answers)
        {
            (_upstream.Status, _upstream.Json) = (status, json);
            await AskAsync(client, maxTokens: 10);
        }

        // More than all of the budget.
        await AskAsync(client, maxTokens: 2_000);

        using var embedding = Embeddings(client);
        try
        {
            await embedding.GenerateAsync(["a text"], cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _sweep.Hear("exception of the generator", failure);
        }

        var spend = program.GetRequiredKeyedService<ITokenCosts>("a").GetSpend();
        _sweep.Hear("spend", new object[] { spend, JsonSerializer.Serialize(spend), embedding.Counts, program.GetRequiredKeyedService<ITokenCosts>("a") });
        _sweep.Collect();

        _sweep.Found.ShouldBeEmpty();
        new[] { "exception", "exception of the generator", "meter RateLimited.Http", "log RateLimited.Http" }.ShouldBeSubsetOf(_sweep.Sources);
        spend.Keys.Select(static key => key.Name).ShouldBe(["key-1", "second"], ignoreOrder: true);
        _upstream.Asked.ShouldBeGreaterThanOrEqualTo(answers.Length, "two were asked with both keys, and for one none was left");
    }

    private static CachingEmbeddingGenerator Embeddings(HttpClient client) =>
        new EmbeddingClient("text-embedding-3-small", new System.ClientModel.ApiKeyCredential("placeholder"), new OpenAIClientOptions
        {
            Endpoint = new Uri("https://upstream.test/v1"),
            Transport = new System.ClientModel.Primitives.HttpClientPipelineTransport(client),
            RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0),
        }).AsIEmbeddingGenerator().WithBatching(new EmbeddingBatchOptions { MaxDelay = TimeSpan.Zero, MaxRepeats = 0 }).WithCache(new MemoryCache(new MemoryCacheOptions()));

    private async Task AskAsync(HttpClient client, int maxTokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent($$"""{"model":"dear","messages":[{"role":"user","content":"hi"}],"max_tokens":{{maxTokens}}}""", Encoding.UTF8, "application/json"),
        };
        try
        {
            using var response = await client.SendAsync(request.WithTenant("acme"), TestContext.Current.CancellationToken);
            _sweep.Hear("response", new object?[] { response, response.RequestMessage, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) });
        }
        catch (HttpRequestException refusal)
        {
            _sweep.Hear("exception", refusal);
        }

        _sweep.Hear("request", new object[] { request, request.Options });
    }
}
