using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Configuration;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Tests.Keys.Canary;

/// <summary>S01 to S03: a key is looked for in everything there is, in every scenario and however it is carried. Over real sockets, in a program as programs are made.</summary>
[CollectionDefinition(nameof(CanaryTests), DisableParallelization = true)]
[Collection(nameof(CanaryTests))]
public sealed class CanaryTests : IAsyncLifetime
{
    private const string One = "CANARY+one/4711==.secret";
    private const string Two = "CANARY+two/0815==.secret";

    private readonly Sweep _sweep = new(One, Two);
    private readonly List<string> _arrived = [];
    private RealUpstream _upstream = null!;
    private RealUpstream _elsewhere = null!;

    public static TheoryData<string> Carriers => ["Bearer", "X-Api-Key", "Authorization: Token token={key}", "?key", "delegate"];

    public async ValueTask InitializeAsync()
    {
        _upstream = await RealUpstream.StartAsync(HttpProtocols.Http1);
        _elsewhere = await RealUpstream.StartAsync(HttpProtocols.Http1);
        Answer("/fine", static context => context.Response.WriteAsync("fine"));
        Answer("/stream", static async context =>
        {
            for (var i = 0; i < 5; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
            }
        });
        Answer("/401", Status(401, """{"error":{"code":"invalid_api_key"}}"""));
        Answer("/403", Status(403, "{}"));
        Answer("/402", Status(402, """{"error":{"code":"insufficient_quota"}}"""));
        Answer("/429", Status(429, "{}", retryAfter: "0"));
        Answer("/500", Status(500, "{}"));
        Answer("/abort", static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        Answer("/hang", context => _upstream.End.Task.WaitAsync(context.RequestAborted));
        Answer("/redirect", Redirect(() => "/fine"));
        Answer("/away", context => Redirect(() => new Uri(_elsewhere.Address, $"/fine{context.Request.QueryString}").ToString())(context));
        Answer("/back", context => Redirect(() => $"/fine{context.Request.QueryString}")(context));
        _elsewhere.Answers["/fine"] = context =>
        {
            _sweep.Hear("elsewhere", $"{context.Request.QueryString} {string.Join(' ', context.Request.Headers.Select(static header => $"{header.Key}: {header.Value}"))}");
            return context.Response.WriteAsync("elsewhere");
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _elsewhere.DisposeAsync();
        _sweep.Dispose();
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    [Fault("S01")]
    [Fault("S02")]
    [Fault("S03")]
    public async Task No_text_of_a_key_appears_anywhere(string carrier)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var printed = new StringWriter();
        Console.SetOut(printed);
        Console.SetError(printed);
        try
        {
            using var program = Program(carrier);
            var client = program.GetRequiredService<IHttpClientFactory>().CreateClient("a");
            foreach (var path in (string[])["/fine", "/stream", "/redirect", "/away", "/back", "/500", "/403", "/abort", "/hang", "/401", "/429", "/402", "/fine"])
            {
                await SendAsync(client, path);
            }

            await SendAsync(client, new Uri(_elsewhere.Address, "/fine").ToString());
            Look(program);
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }

        _sweep.Hear("console", printed.ToString());
        _sweep.Found.ShouldBeEmpty();

        // What was looked at is what there is, and the keys were on their way indeed.
        string[] heard =
        [
            "log RateLimited.Http", "log System.Net.Http.HttpClient.a.ClientHandler", "log System.Net.Http.HttpClient.a.LogicalHandler",
            "meter RateLimited.Http", "meter System.Net.Http", "activity source System.Net.Http", "event source System.Net.Http",
        ];
        heard.ShouldBeSubsetOf(_sweep.Sources);
        _arrived.ShouldContain(One);
        _arrived.ShouldContain(Two);
    }

    [Fact]
    [Fault("S03")]
    public void No_text_of_a_key_appears_in_what_is_said_of_a_wrong_configuration()
    {
        string[] wrong =
        [
            $"\"{One}\\n{Two}\"", $$"""[ "{{One}}", "{{One}}" ]""", $$"""{ "{{One}}": "{{Two}}" }""", $$"""{ "List": "{{One}}", "Carrier": "{{Two}}", "Origin": "{{Two}}", "Selection": "{{Two}}" }""",
            $$"""{ "List": [ { "Value": "{{One}}", "Name": "{{One}}" } ] }""", $$"""{ "Environment": "{{One}}", "File": "{{Two}}" }""", $$"""[ { "{{One}}": "{{Two}}" } ]""", $$"""{ "List": { "{{One}}": 1 } }""",
        ];
        foreach (var keys in wrong)
        {
            var faults = Configured.Faults(Configured.Service($$"""{ "Limits": "5/s", "Keys": {{keys}} }"""), services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_sweep)));
            faults.ShouldNotBeEmpty(keys);
            _sweep.Hear("faults", faults);
        }

        _sweep.Found.ShouldBeEmpty();
    }

    [Fact]
    public void The_sweep_finds_what_is_there()
    {
        (string Where, object Thing)[] planted =
        [
            ("text", $"x{One}x"), ("case", One.ToUpperInvariant()), ("escaped", Uri.EscapeDataString(One)), ("bytes", System.Text.Encoding.UTF8.GetBytes(One)),
            ("basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"user:{One}"))), ("base64", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(One))),
            ("header", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"Bearer {One}\r\n"))), ("hex", Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(One))),
            ("json", JsonSerializer.Serialize(One)), ("data", new InvalidOperationException("x") { Data = { ["key"] = One } }), ("inner", new InvalidOperationException("x", new FormatException(One))),
            ("list", new[] { "a", One }),
        ];
        foreach (var (where, thing) in planted)
        {
            using var sweep = new Sweep(One);
            sweep.Hear(where, thing);
            sweep.Found.Count(found => found.StartsWith(where, StringComparison.Ordinal)).ShouldBe(1, where);
        }

        using var log = new Sweep(One);
        var logger = ((ILoggerProvider)log).CreateLogger("c");
        using (logger.BeginScope(One))
        {
            logger.LogInformation("nothing");
        }

        log.Found.ShouldNotBeEmpty();
    }

    private static RequestDelegate Status(int status, string body, string? retryAfter = null) => async context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    };

    private static RequestDelegate Redirect(Func<string> target) => context =>
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = target();
        return Task.CompletedTask;
    };

    private static void Delegate(HttpRequestMessage request, ApiKey key)
    {
        if (request.RequestUri!.AbsolutePath == "/403")
        {
            throw new FormatException(key.Reveal());
        }

        request.Headers.Add("X-Signature", key.Reveal());
    }

    private void Answer(string path, RequestDelegate answer) => _upstream.Answers[path] = context =>
    {
        var carried = string.Join(' ', context.Request.Headers.SelectMany(static header => header.Value.ToArray())) + ' ' + string.Join(' ', context.Request.Query.SelectMany(static pair => pair.Value.ToArray()));
        lock (_arrived)
        {
            _arrived.AddRange(((string[])[One, Two]).Where(key => carried.Contains(key, StringComparison.Ordinal)));
        }

        return answer(context);
    };

    private ServiceProvider Program(string carrier) => Configured.Container(Configured.Service($$"""{ "Limits": [ "1000/s", "500/s per key" ], "Keys": [ "{{One}}" ], "Resilience": { "AttemptTimeout": "300 ms", "Retry": { "MaxRetries": 1, "BaseDelay": "1 ms" } } }"""), services =>
    {
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_sweep));
        services.AddMetrics();
        services.AddHttpClient("a", client => client.BaseAddress = _upstream.Address).AddServiceRateLimiting().AddApiKeys(keys =>
        {
            keys.Add("second", Two);
            keys.Selection = KeySelection.RoundRobin;
            if (carrier == "delegate")
            {
                keys.Apply = Delegate;
            }
            else
            {
                keys.Carrier = carrier;
            }
        });

        // As a program may do it that wants to see everything.
        services.Configure<HttpClientFactoryOptions>("a", static options => options.ShouldRedactHeaderValue = static _ => false);
    });

    private async Task SendAsync(HttpClient client, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            _sweep.Hear("response", response);
            _sweep.Hear("response's request", response.RequestMessage);
            _sweep.Hear("body", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or OperationCanceledException)
        {
            _sweep.Hear("exception", exception);
        }

        _sweep.Hear("request", request);
        _sweep.Hear("request's options", request.Options);
        _sweep.Hear("request's address", request.RequestUri?.AbsoluteUri);
    }

    /// <summary>Everything that can be asked of the program.</summary>
    private void Look(ServiceProvider program)
    {
        var limiter = program.GetRequiredKeyedService<IServiceRateLimiter>("a");
        var options = program.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a");
        var status = limiter.GetStatus();
        _sweep.Hear("status", status);
        _sweep.Hear("status", status.Keys);
        _sweep.Hear("status", JsonSerializer.Serialize(status));
        _sweep.Hear("options", JsonSerializer.Serialize(options.Keys.List));
        _sweep.Hear("options", options.Keys.List.Select(static key => key.Value));
        _sweep.Hear("options", new object[] { options, options.Keys, limiter, program.GetRequiredService<ServiceRegistry>(), program.GetRequiredService<KeySources>() });
        _sweep.Hear("configuration", InspectedConfiguration.Of(program.GetRequiredService<IConfiguration>()));
        var pipeline = program.GetRequiredService<ServiceRegistry>().PipelineOf("a")!;
        _sweep.Hear("pipeline", new object?[] { pipeline, pipeline.Keys, pipeline.Settings, pipeline.Limiter.Definition, pipeline.Limiter.Definition.Keys });
        using (var lease = limiter.TryAcquire().Lease)
        {
            _sweep.Hear("lease", new object?[] { lease, lease?.Key });
        }

        _sweep.Collect();
        status.Keys.Select(static key => key.Name).ShouldBe(["key-1", "second"]);
    }
}
