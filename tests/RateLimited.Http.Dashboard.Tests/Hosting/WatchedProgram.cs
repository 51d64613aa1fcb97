using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Dashboard.Tests.Hosting;

/// <summary>A program with limited clients, an upstream, and the dashboard, over real sockets.</summary>
internal sealed class WatchedProgram : IAsyncDisposable
{
    public const string Secret = "CANARY-4711";

    /// <summary>A name as somebody hostile would choose it.</summary>
    public const string Hostile = "<img src=x onerror=document.title='owned'>\"'&amp;{root}</script>";

    private readonly WebApplication _program;

    private WatchedProgram(WebApplication program) => _program = program;

    public Uri Address => new(_program.Urls.First());

    public IServiceProvider Services => _program.Services;

    /// <summary>Every route of the dashboard and of the metrics page, with names filled in.</summary>
    public IReadOnlyList<string> Routes =>
        [.. ((IEndpointRouteBuilder)_program).DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(static endpoint => endpoint.RoutePattern.RawText!)
            .Where(static route => route.StartsWith("/rate-limits", StringComparison.Ordinal) || route.StartsWith("/metrics", StringComparison.Ordinal))
            .Select(static route => route.TrimEnd('/'))
            .Select(static route => route.EndsWith("/service", StringComparison.Ordinal) || route.EndsWith("/history", StringComparison.Ordinal) || route.EndsWith("/traffic", StringComparison.Ordinal) ? $"{route}?name=keyed" : route)];

    public static async Task<WatchedProgram> StartAsync(Action<IServiceCollection>? services = null)
    {
        var program = Build(services);
        program.MapRateLimitDashboard().RequireAuthorization();
        program.MapRateLimitMetrics().RequireAuthorization();
        program.MapHealthChecks("/health");
        program.MapGet("/upstream/{status:int}", static (HttpContext context, int status) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await program.StartAsync(TestContext.Current.CancellationToken);
        return new WatchedProgram(program);
    }

    /// <summary>The program before anything was mapped.</summary>
    public static WebApplication Build(Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication(OperatorScheme.Name).AddScheme<AuthenticationSchemeOptions, OperatorScheme>(OperatorScheme.Name, configureOptions: null);
        builder.Services.AddAuthorization();
        builder.Services.AddRateLimitDashboard();
        builder.Services.AddHttpClient("api").AddServiceRateLimiting(static api => api.Limit(new LimitOptions { Name = Hostile, Quota = 1000, Window = TimeSpan.FromHours(1) }).Limit("10 concurrent").Resilient(static resilience => resilience.Enabled = false));
        builder.Services.AddServiceRateLimiting(Hostile, static api => api.Limit("10/second"));
        builder.Services.AddServiceRateLimiting("keyed", static api => api.Limit("10/second").ApiKeys(static keys => keys.Add("first", Secret)));
        builder.Services.AddHealthChecks().AddServiceRateLimiting("api");
        services?.Invoke(builder.Services);
        var program = builder.Build();
        program.UseAuthentication();
        program.UseAuthorization();
        return program;
    }

    /// <summary>A client of the dashboard who is an operator, or nobody.</summary>
    public HttpClient Visitor(bool isOperator)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        if (isOperator)
        {
            client.DefaultRequestHeaders.Add(OperatorScheme.Header, "yes");
        }

        return client;
    }

    /// <summary>Sends a request through the limited client.</summary>
    public async Task<HttpStatusCode> SendAsync(int status, string? tenant = null)
    {
        using var client = Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, $"/upstream/{status}"));
        using var response = await client.SendAsync(tenant is null ? request : request.WithTenant(tenant), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>Has a request refused that asks for more than there ever is, of a tenant and to an endpoint of that name.</summary>
    public void Refuse(string name) => Refuse(Services, name, name);

    public static void Refuse(IServiceProvider services, string tenant, string? endpoint) =>
        services.GetRequiredKeyedService<IServiceRateLimiter>("api").TryAcquire(AdmissionRequest.Of(UnitCost.Requests, 5_000) with { Tenant = tenant, Endpoint = endpoint }).Lease.ShouldBeNull();

    public async ValueTask DisposeAsync() => await _program.DisposeAsync();
}
