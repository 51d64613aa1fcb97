using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>What becomes of the handler that has the sockets.</summary>
public class PrimaryHandlerTests
{
    private const string Unlimited = """{ "Limits": "500/minute" }""";

    [Fact]
    public void One_that_nobody_touched_is_set_up()
    {
        var handler = Primary(Unlimited);

        handler.AllowAutoRedirect.ShouldBeFalse();
        handler.PooledConnectionLifetime.ShouldBe(TimeSpan.FromMinutes(2));
        handler.MaxConnectionsPerServer.ShouldBe(int.MaxValue);
    }

    [Theory]
    [InlineData("""{ "Limits": [ "500/minute", "9 concurrent", { "Name": "small", "Quota": 5, "Algorithm": "Concurrency" } ] }""", 5)]
    [InlineData("""{ "Limits": "5 slots concurrent" }""", int.MaxValue)]
    [InlineData("""{ "Limits": "5 concurrent per tenant" }""", int.MaxValue)]
    [InlineData("""{ "Limits": "1000000000000 concurrent" }""", int.MaxValue)]
    [InlineData("""{ "Limits": "5 concurrent", "Mode": "DryRun" }""", int.MaxValue)]
    [InlineData("""{ "Limits": "5 concurrent", "Mode": "Disabled" }""", int.MaxValue)]
    [InlineData("""{ "Limits": "5 concurrent", "Endpoints": { "GET /x": { "Limits": "none" } } }""", int.MaxValue)]
    [InlineData("""{ "Limits": "5 concurrent", "Endpoints": { "GET /x": { "Limits": "1/s" } } }""", 5)]
    public void It_opens_no_more_connections_than_requests_may_be_under_way(string service, int connections) =>
        Primary(service).MaxConnectionsPerServer.ShouldBe(connections);

    [Fact]
    [Fault("H18")]
    public void H18_its_connections_are_as_configured_where_nobody_has_set_them()
    {
        const string Service = """{ "Limits": "5 concurrent", "Resilience": { "Connections": { "Lifetime": "5 min", "IdleTimeout": "30 s", "ConnectTimeout": "3 s", "MaxPerServer": 50 } } }""";
        static (TimeSpan Lifetime, TimeSpan Idle, TimeSpan Connect, int Most) Of(SocketsHttpHandler it) => (it.PooledConnectionLifetime, it.PooledConnectionIdleTimeout, it.ConnectTimeout, it.MaxConnectionsPerServer);

        var forever = Primary(Service, static client => client.SetHandlerLifetime(Timeout.InfiniteTimeSpan));
        Of(forever).ShouldBe((TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3), 50));
        Of(Primary(Unlimited)).ShouldBe((TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15), int.MaxValue));
    }

    [Fact]
    public void Where_handlers_live_for_ever_connections_do_not() =>
        Primary(Unlimited, static client => client.SetHandlerLifetime(Timeout.InfiniteTimeSpan)).PooledConnectionLifetime.ShouldBe(TimeSpan.FromMinutes(2));

    [Fact]
    public void What_the_program_set_stays()
    {
        var handler = Primary("""{ "Limits": "5 concurrent" }""", static client => client.UseSocketsHttpHandler(static (handler, _) =>
        {
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(7);
            handler.MaxConnectionsPerServer = 3;
        }));

        handler.PooledConnectionLifetime.ShouldBe(TimeSpan.FromMinutes(7));
        handler.MaxConnectionsPerServer.ShouldBe(3);
        handler.AllowAutoRedirect.ShouldBeFalse();
    }

    [Fact]
    public void One_that_the_program_made_stays_as_it_is()
    {
        var handler = Primary("""{ "Limits": "5 concurrent" }""", static client => client.ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler()));

        handler.AllowAutoRedirect.ShouldBeTrue();
        handler.PooledConnectionLifetime.ShouldBe(Timeout.InfiniteTimeSpan);
        handler.MaxConnectionsPerServer.ShouldBe(int.MaxValue);
    }

    [Fact]
    public void Those_of_other_clients_stay_as_they_are()
    {
        using var container = Configured.Container(Configured.Service(Unlimited), static services =>
        {
            services.AddHttpClient("a").AddServiceRateLimiting();
            services.AddHttpClient("other");
            services.ConfigureHttpClientDefaults(static client => client.AddServiceRateLimiting());
        });

        Primary(container, "other").AllowAutoRedirect.ShouldBeTrue();
        Primary(container, "a").AllowAutoRedirect.ShouldBeFalse();
    }

    private static SocketsHttpHandler Primary(string service, Action<IHttpClientBuilder>? set = null)
    {
        using var container = Configured.Container(Configured.Service(service), services =>
        {
            var client = services.AddHttpClient("a").AddServiceRateLimiting();
            set?.Invoke(client);
        });
        return Primary(container, "a");
    }

    private static SocketsHttpHandler Primary(IServiceProvider container, string client)
    {
        var handler = container.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(client);
        while (handler is DelegatingHandler outer)
        {
            handler = outer.InnerHandler!;
        }

        return handler.ShouldBeOfType<SocketsHttpHandler>();
    }
}
