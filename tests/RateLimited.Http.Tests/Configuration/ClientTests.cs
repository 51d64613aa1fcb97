using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Every way to put limits on a client.</summary>
public class ClientTests
{
    private static readonly IConfiguration TwoServices = Configured.Json("""
        { "RateLimiting": { "Services": { "openai": { "Limits": "2/hour", "Queue": { "Length": 0 } }, "github": { "Limits": "3/hour", "Queue": { "Length": 0 } } } } }
        """);

    [Fact]
    public async Task One_line_on_a_named_client()
    {
        using var container = Container(TwoServices, static services => services.AddHttpClient("openai").AddServiceRateLimiting());

        (await Answers(container, "openai")).ShouldBe(2);
        Handlers(container, "openai").ShouldBe(1);
    }

    [Fact]
    public async Task A_name_is_found_in_any_case()
    {
        using var container = Container(TwoServices, static services => services.AddHttpClient("OpenAI").AddServiceRateLimiting());

        (await Answers(container, "OpenAI")).ShouldBe(2);
        Limiter(container, "openai").ShouldBeSameAs(Limiter(container, "OPENAI"));
    }

    [Fact]
    public async Task Clients_share_a_service_and_its_quota()
    {
        using var container = Container(TwoServices, static services =>
        {
            services.AddHttpClient("chat").AddServiceRateLimiting("openai");
            services.AddHttpClient("embeddings").AddServiceRateLimiting("OpenAI");
        });

        (await Answers(container, "chat")).ShouldBe(2);
        (await Answers(container, "embeddings")).ShouldBe(0);
        Limiter(container, "openai").TryAcquire().IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_typed_client_has_the_service_of_its_type()
    {
        using var container = Container(configuration: null, static services => services.AddHttpClient<GitHubClient>().AddServiceRateLimiting(static service => service.Limit("2/hour").Line(static line => line.Length = 0)));
        var client = container.GetRequiredService<GitHubClient>();

        await client.Http.GetAsync(new Uri("http://localhost/"), TestContext.Current.CancellationToken);
        await client.Http.GetAsync(new Uri("http://localhost/"), TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<RateLimitRejectedException>(() => client.Http.GetAsync(new Uri("http://localhost/")))).Service.ShouldBe("GitHubClient");
    }

    [Fact]
    public async Task A_keyed_client_is_limited_too()
    {
        using var container = Container(TwoServices, static services => services.AddHttpClient("openai").AddServiceRateLimiting().AddAsKeyed());
        using var scope = container.CreateScope();

        (await Answers(scope.ServiceProvider.GetRequiredKeyedService<HttpClient>("openai"))).ShouldBe(2);
        Limiter(container, "openai").TryAcquire().IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void A_synchronous_send_is_limited_too()
    {
        using var container = Container(TwoServices, static services => services.AddHttpClient("openai").AddServiceRateLimiting());
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("openai");

        for (var i = 0; i < 2; i++)
        {
            using var answered = new HttpRequestMessage(HttpMethod.Get, "http://localhost/");
            client.Send(answered, TestContext.Current.CancellationToken);
        }

        using var refused = new HttpRequestMessage(HttpMethod.Get, "http://localhost/");
        Should.Throw<RateLimitRejectedException>(() => client.Send(refused, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task All_clients_at_once_each_by_its_own_service_and_none_where_there_is_none()
    {
        using var container = Container(TwoServices, static services =>
        {
            services.ConfigureHttpClientDefaults(static client => client.AddServiceRateLimiting());
            services.AddHttpClient("openai");
            services.AddHttpClient("other");
        });

        (await Answers(container, "openai")).ShouldBe(2);
        (await Answers(container, "github")).ShouldBe(3);
        Handlers(container, "other").ShouldBe(0);
        Handlers(container, string.Empty).ShouldBe(0);
        (await Answers(container, "other")).ShouldBe(10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_of_its_own_among_all_clients_has_one_handler(bool defaultsFirst)
    {
        using var container = Container(TwoServices, services =>
        {
            if (defaultsFirst)
            {
                services.ConfigureHttpClientDefaults(static client => client.AddServiceRateLimiting());
            }

            services.AddHttpClient("chat").AddHttpMessageHandler(static () => new Passing()).AddServiceRateLimiting("openai");
            if (!defaultsFirst)
            {
                services.ConfigureHttpClientDefaults(static client => client.AddServiceRateLimiting());
            }
        });

        Chain(container, "chat").Where(static handler => handler is Passing or RateLimitingHandler).Select(static handler => handler.GetType().Name)
            .ShouldBe([nameof(Passing), nameof(RateLimitingHandler)]);
        (await Answers(container, "chat")).ShouldBe(2);
    }

    [Fact]
    public async Task All_clients_at_once_by_one_service()
    {
        using var container = Container(TwoServices, static services => services.ConfigureHttpClientDefaults(static client => client.AddServiceRateLimiting("openai")));

        (await Answers(container, "x")).ShouldBe(2);
        (await Answers(container, "y")).ShouldBe(0);
    }

    [Fact]
    public async Task All_clients_at_once_in_code_give_each_limits_of_its_own()
    {
        using var container = Container(TwoServices, static services =>
        {
            services.ConfigureHttpClientDefaults(static client => client.AddServiceRateLimiting(static service => service.Limit("1/hour").Line(static line => line.Length = 0)));
            services.AddHttpClient("mine").AddServiceRateLimiting(static service => service.Limit("4/hour").Line(static line => line.Length = 0));
        });

        (await Answers(container, "x")).ShouldBe(1);
        (await Answers(container, "y")).ShouldBe(1);
        (await Answers(container, "openai")).ShouldBe(2);
        (await Answers(container, "mine")).ShouldBe(4);
    }

    [Fact]
    public async Task All_clients_at_once_by_a_section_give_each_limits_of_its_own()
    {
        var section = Configured.Json("""{ "Each": { "Limits": "1/hour", "Queue": { "Length": 0 } } }""").GetSection("Each");
        using var container = Container(configuration: null, services => services.ConfigureHttpClientDefaults(client => client.AddServiceRateLimiting(section)));

        (await Answers(container, "x")).ShouldBe(1);
        (await Answers(container, "y")).ShouldBe(1);
    }

    [Fact]
    public async Task A_section_of_any_place()
    {
        var section = Configured.Json("""{ "Apis": { "Shop": { "Limits": "1/hour", "Queue": { "Length": 0 } } } }""").GetSection("Apis:Shop");
        using var container = Container(TwoServices, services => services.AddHttpClient("openai").AddServiceRateLimiting(section));

        (await Answers(container, "openai")).ShouldBe(1);
    }

    [Fact]
    public async Task Code_comes_on_top_of_the_section()
    {
        using var container = Container(TwoServices, static services => services.AddHttpClient("openai").AddServiceRateLimiting(static service => service.Limit("1/minute")));

        (await Answers(container, "openai")).ShouldBe(1);
    }

    [Fact]
    public async Task Said_twice_it_is_one_handler_and_of_two_services_the_last()
    {
        using var container = Container(TwoServices, static services => services.AddHttpClient("openai").AddServiceRateLimiting().AddServiceRateLimiting().AddServiceRateLimiting("github"));

        Handlers(container, "openai").ShouldBe(1);
        (await Answers(container, "openai")).ShouldBe(3);
    }

    [Fact]
    public void State_outlives_the_handlers()
    {
        using var container = Container(TwoServices, static services => services.AddHttpClient("openai").AddServiceRateLimiting());
        var handlers = container.GetRequiredService<IHttpMessageHandlerFactory>();
        var before = Limiter(container, "openai");

        handlers.CreateHandler("openai");

        Limiter(container, "openai").ShouldBeSameAs(before);
    }

    [Fact]
    public void Work_that_is_no_request_has_a_limiter()
    {
        using var container = Configured.Container(TwoServices, static services => services.AddServiceRateLimiting("git", static service => service.Limit("2 concurrent")));

        Limiter(container, "git").TryAcquire().IsAdmitted.ShouldBeTrue();
        Limiter(container, "github").Service.ShouldBe("github");
    }

    [Fact]
    public void A_service_that_nobody_configured_is_answered_with_those_that_are()
    {
        using var container = Configured.Container(TwoServices, static services => services.AddServiceRateLimiting("git", static service => service.Limit("2 concurrent")));

        Should.Throw<InvalidOperationException>(() => Limiter(container, "opnai")).Message
            .ShouldBe("No service 'opnai' is configured under RateLimiting:Services or added in code; configured are: 'git', 'github', 'openai'.");
        Should.Throw<InvalidOperationException>(() => container.GetRequiredKeyedService<IServiceRateLimiter>(5)).Message
            .ShouldBe("The key of an IServiceRateLimiter is its service's name, a string.");
    }

    [Fact]
    public void A_client_without_a_name_must_name_its_service()
    {
        var services = new ServiceCollection();

        Should.Throw<ArgumentException>(() => services.AddHttpClient(string.Empty).AddServiceRateLimiting());
        Should.NotThrow(() => services.AddHttpClient(string.Empty).AddServiceRateLimiting("openai"));
    }

    [Fact]
    public async Task A_host_does_not_start_with_a_fault_anywhere()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection([new("RateLimiting:Services:a:Limits", "fast"), new("RateLimiting:Services:b:Limits", "slow"), new("RateLimiting:Services:c:Limits", "5/s")]);
        builder.Services.AddHttpClient("c").AddServiceRateLimiting();
        builder.Services.AddHttpClient("a").AddServiceRateLimiting();
        using var host = builder.Build();

        var faults = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        faults.Failures.Count().ShouldBe(2);
        faults.Message.ShouldContain("RateLimiting:Services:a:Limits: 'fast' → a limit");
        faults.Message.ShouldContain("RateLimiting:Services:b:Limits: 'slow' → a limit");
        Should.Throw<OptionsValidationException>(() => host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("c")).Failures.ShouldBe(faults.Failures);
        Should.Throw<OptionsValidationException>(() => Limiter(host.Services, "c")).Failures.ShouldBe(faults.Failures);
    }

    private static ServiceProvider Container(IConfiguration? configuration, Action<IServiceCollection> add) => Configured.Container(configuration, services =>
    {
        services.ConfigureHttpClientDefaults(static client => client.ConfigurePrimaryHttpMessageHandler(static () => new StubUpstream()));
        add(services);
    });

    private static IServiceRateLimiter Limiter(IServiceProvider container, string service) => container.GetRequiredKeyedService<IServiceRateLimiter>(service);

    private static Task<int> Answers(IServiceProvider container, string client) => Answers(container.GetRequiredService<IHttpClientFactory>().CreateClient(client));

    /// <summary>How many of ten requests are answered.</summary>
    private static async Task<int> Answers(HttpClient client)
    {
        var answers = 0;
        for (var i = 0; i < 10; i++)
        {
            try
            {
                using var response = await client.GetAsync(new Uri("http://localhost/"), TestContext.Current.CancellationToken);
                answers++;
            }
            catch (RateLimitRejectedException)
            {
                break;
            }
        }

        return answers;
    }

    private static int Handlers(IServiceProvider container, string client) => Chain(container, client).Count(static handler => handler is RateLimitingHandler);

    private static IEnumerable<HttpMessageHandler> Chain(IServiceProvider container, string client)
    {
        for (var handler = container.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(client); handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            yield return handler;
        }
    }

    private sealed class GitHubClient(HttpClient http)
    {
        public HttpClient Http => http;
    }

    private sealed class Passing : DelegatingHandler;
}
