using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using Anthropic;
using Anthropic.Models.Messages;
using Azure;
using OpenAI;
using OpenAI.Chat;
using RateLimited.Http.AI.Failures;

namespace RateLimited.Http.AI.Tests.Clients;

/// <summary>The exceptions of client libraries, as they throw them: read by the names of their types, which a new version may change.</summary>
public sealed class ClientFailureTests
{
    [Theory]
    [InlineData(400, null)]
    [InlineData(429, FallbackCause.Limited)]
    [InlineData(503, FallbackCause.Failed)]
    public async Task OpenAIs_client_tells_the_status(int status, FallbackCause? cause)
    {
        var client = new ChatClient("gpt-4o-mini", new ApiKeyCredential("sk-of-a-test"), new OpenAIClientOptions
        {
            Transport = new HttpClientPipelineTransport(new HttpClient(new Answering(status))),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        });

        Check(await Should.ThrowAsync<Exception>(client.CompleteChatAsync("hello")), status, cause);
    }

    [Theory]
    [InlineData(400, null)]
    [InlineData(429, FallbackCause.Limited)]
    [InlineData(529, FallbackCause.Limited)]
    public async Task Anthropics_client_tells_the_status(int status, FallbackCause? cause)
    {
        var client = new AnthropicClient { ApiKey = "sk-of-a-test", HttpClient = new HttpClient(new Answering(status)), MaxRetries = 0 };

        Check(
            await Should.ThrowAsync<Exception>(client.Messages.Create(
                new MessageCreateParams { Model = "claude-sonnet-4-5", MaxTokens = 10, Messages = [new UserMessageParam("hello")] }, TestContext.Current.CancellationToken)),
            status,
            cause);
    }

    [Theory]
    [InlineData(400, null)]
    [InlineData(429, FallbackCause.Limited)]
    public void Azures_clients_tell_the_status(int status, FallbackCause? cause) => Check(new RequestFailedException(status, "no"), status, cause);

    [Fact]
    public async Task A_refusal_of_ours_is_found_inside_each()
    {
        var refusal = new RateLimitRejectedException("s", RejectionReason.Timeout, limit: null, retryAfter: null);
        var openai = new ChatClient("gpt-4o-mini", new ApiKeyCredential("sk-of-a-test"), new OpenAIClientOptions
        {
            // With its own retries left on, it throws all its refusals together.
            Transport = new HttpClientPipelineTransport(new HttpClient(new Answering(refusal))),
        });
        var anthropic = new AnthropicClient { ApiKey = "sk-of-a-test", HttpClient = new HttpClient(new Answering(refusal)), MaxRetries = 0 };

        UpstreamFailure.CauseOf(await Should.ThrowAsync<Exception>(openai.CompleteChatAsync("hello"))).ShouldBe(FallbackCause.Refused);
        UpstreamFailure.CauseOf(await Should.ThrowAsync<Exception>(anthropic.Messages.Create(
            new MessageCreateParams { Model = "claude-sonnet-4-5", MaxTokens = 10, Messages = [new UserMessageParam("hello")] }, TestContext.Current.CancellationToken))).ShouldBe(FallbackCause.Refused);
        UpstreamFailure.CauseOf(new RequestFailedException(0, "no", refusal)).ShouldBe(FallbackCause.Refused);
    }

    private static void Check(Exception failure, int status, FallbackCause? cause)
    {
        UpstreamFailure.StatusOf(failure).ShouldBe(status, failure.GetType().FullName);
        UpstreamFailure.CauseOf(failure).ShouldBe(cause);
    }

    private sealed class Answering(int status, Exception? failure) : HttpMessageHandler
    {
        public Answering(int status)
            : this(status, failure: null)
        {
        }

        public Answering(Exception failure)
            : this(status: 0, failure)
        {
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => failure is not null
            ? Task.FromException<HttpResponseMessage>(failure)
            : Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { RequestMessage = request, Content = new StringContent("{}", mediaType: null) });
    }
}
