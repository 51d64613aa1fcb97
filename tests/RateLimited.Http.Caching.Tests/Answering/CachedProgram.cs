using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>A program with a cache before a real upstream, over sockets, in time that only the test moves.</summary>
internal sealed class CachedProgram : IAsyncDisposable
{
    public const string Service = "api";

    private readonly RealUpstream _upstream;
    private readonly ServiceProvider _services;

    private CachedProgram(RealUpstream upstream, Action<ResponseCacheOptions> cache, Action<ServiceRateLimitingOptions> limits, Action<IHttpClientBuilder> client, ILoggerProvider? logs)
    {
        _upstream = upstream;
        var services = new ServiceCollection();
        services.AddMetrics().AddLogging(logging =>
        {
            logging.SetMinimumLevel(LogLevel.Trace);
            if (logs is not null)
            {
                logging.AddProvider(logs);
            }
        });
        services.AddSingleton<TimeProvider>(Time);
        var builder = services.AddHttpClient(Service, it => it.BaseAddress = upstream.Address).AddServiceRateLimiting(limits).AddResponseCache(cache);
        client(builder);
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        Client = _services.GetRequiredService<IHttpClientFactory>().CreateClient(Service);
    }

    public ManualTimeProvider Time { get; } = new();

    public HttpClient Client { get; }

    public IServiceProvider Services => _services;

    public IResponseCache Cache => _services.GetRequiredKeyedService<IResponseCache>(Service);

    public IServiceRateLimiter Limiter => _services.GetRequiredKeyedService<IServiceRateLimiter>(Service);

    /// <summary>The requests that reached the upstream, each with its headers.</summary>
    public ConcurrentQueue<IHeaderDictionary> Seen { get; } = new();

    /// <summary>Is completed when the test ends: answers that hang wait for it.</summary>
    public Task EndingAsync() => _upstream.End.Task.WaitAsync(CancellationToken.None);

    public static async Task<CachedProgram> StartAsync(
        Action<ResponseCacheOptions>? cache = null, Action<ServiceRateLimitingOptions>? limits = null, Action<IHttpClientBuilder>? client = null, ILoggerProvider? logs = null) => new(
            await RealUpstream.StartAsync(HttpProtocols.Http1),
            cache ?? (static _ => { }),
            limits ?? (static service =>
            {
                // Time stands still: whoever had to wait for it after a failure would wait for ever.
                service.FaultThrottle = false;
                service.Limit("100000/second").Resilient(static it => it.Retry.MaxRetries = 0);
            }),
            client ?? (static _ => { }),
            logs);

    /// <summary>What the upstream answers to a path.</summary>
    public void Answers(string path, RequestDelegate answer) => _upstream.Answers[path] = async context =>
    {
        Seen.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value, StringComparer.OrdinalIgnoreCase)));
        context.Response.Headers.Date = Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        await answer(context);
    };

    /// <summary>Numbers its answers, each with these headers; confirms what has the tag that it sends.</summary>
    public void Numbers(string path, params (string Name, string Value)[] headers)
    {
        var number = 0;
        Answers(path, async context =>
        {
            foreach (var (name, value) in headers)
            {
                context.Response.Headers[name] = value;
            }

            if (context.Request.Headers.IfNoneMatch.Count > 0 && context.Request.Headers.IfNoneMatch == context.Response.Headers.ETag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            await context.Response.WriteAsync($"answer {Interlocked.Increment(ref number)}", context.RequestAborted);
        });
    }

    public async Task<HttpResponseMessage> SendAsync(string path, Action<HttpRequestMessage>? with = null, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        with?.Invoke(request);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken).WithinDeadlineAsync();
    }

    /// <summary>The body of an answer that is none to complain of.</summary>
    public async Task<string> GetAsync(string path, Action<HttpRequestMessage>? with = null)
    {
        using var response = await SendAsync(path, with);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _services.DisposeAsync();
        await _upstream.DisposeAsync();
    }
}
