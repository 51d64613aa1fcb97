using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace Embeddings.Upstream;

/// <summary>
/// OpenAI's embeddings on a free port of this machine: its bounds, its answers, its headers, and limits of requests and tokens that are held to the letter. Tokens are a fourth of a text's characters, rounded up.
/// </summary>
internal sealed class EmbeddingsUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly UpstreamModel _model;
    private readonly TimeProvider _time;
    private readonly TimeSpan _work;
    private readonly long _origin;
    private readonly Lock _gate = new();
    private UpstreamCounts _counts;

    private EmbeddingsUpstream(WebApplication app, UpstreamModel model, TimeProvider time, TimeSpan work)
    {
        (_app, _model, _time, _work, _origin) = (app, model, time, work, time.GetTimestamp());
        app.MapPost("/v1/embeddings", AnswerAsync);
    }

    public Uri Address => new($"{_app.Urls.First()}/v1");

    public UpstreamCounts Counts
    {
        get
        {
            lock (_gate)
            {
                return _counts;
            }
        }
    }

    /// <param name="limits">What it holds callers to.</param>
    /// <param name="work">How long an answer takes.</param>
    /// <param name="time">Its clock.</param>
    public static async Task<EmbeddingsUpstream> StartAsync(IReadOnlyList<UpstreamLimit> limits, TimeSpan work, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port: 0);
            kestrel.Limits.MaxRequestBodySize = 64 << 20;
        });
        var upstream = new EmbeddingsUpstream(builder.Build(), new UpstreamModel(limits), time, work);
        await upstream._app.StartAsync();
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var question = await EmbeddingsQuestion.ReadAsync(context.Request, context.RequestAborted);
        var call = new UpstreamCall { Key = context.Request.Headers.Authorization.ToString(), Method = "POST", Path = "/v1/embeddings", Costs = [new("tokens", question.Tokens)] };
        UpstreamVerdict verdict;
        lock (_gate)
        {
            var now = ArrivalTime.Read(_time, _origin);
            verdict = _model.Arrive(now, call);
            verdict.Ticket?.End(now);
            StateLimits(context.Response.Headers, _model.Read(now, call));
            _counts = _counts.With(question, verdict.IsAdmitted);
        }

        if (verdict.Refusal is { } refusal)
        {
            context.Response.Headers["retry-after-ms"] = Math.Ceiling(refusal.Wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            await FailAsync(context, StatusCodes.Status429TooManyRequests, $"Rate limit reached on {refusal.Reason}.", "rate_limit_exceeded");
        }
        else if (question.Fault is { } fault)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, fault, code: null);
        }
        else
        {
            await Task.Delay(_work, _time, context.RequestAborted);
            context.Response.ContentType = "application/json";
            await EmbeddingsAnswer.WriteAsync(context.Response.BodyWriter, question, context.RequestAborted);
        }
    }

    private static void StateLimits(IHeaderDictionary headers, IReadOnlyList<StatedLimit> limits)
    {
        foreach (var (limit, reading) in limits)
        {
            headers[$"x-ratelimit-limit-{limit.Unit}"] = reading.Quota.ToString(CultureInfo.InvariantCulture);
            headers[$"x-ratelimit-remaining-{limit.Unit}"] = reading.Remaining.ToString(CultureInfo.InvariantCulture);
            headers[$"x-ratelimit-reset-{limit.Unit}"] = string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(reading.ResetAfter.TotalMilliseconds)}ms");
        }
    }

    private static Task FailAsync(HttpContext context, int status, string message, string? code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { message, type = "invalid_request_error", param = "input", code } }, context.RequestAborted);
    }
}

/// <summary>What came to an upstream so far.</summary>
/// <param name="Calls">Requests that were admitted.</param>
/// <param name="Refused">Requests that got a 429.</param>
/// <param name="Texts">Texts in those that were admitted.</param>
/// <param name="Tokens">Their tokens.</param>
internal readonly record struct UpstreamCounts(long Calls, long Refused, long Texts, long Tokens)
{
    public UpstreamCounts With(EmbeddingsQuestion question, bool isAdmitted) => isAdmitted
        ? this with { Calls = Calls + 1, Texts = Texts + question.Texts.Count, Tokens = Tokens + question.Tokens }
        : this with { Refused = Refused + 1 };

    public UpstreamCounts Since(UpstreamCounts before) => new(Calls - before.Calls, Refused - before.Refused, Texts - before.Texts, Tokens - before.Tokens);
}
