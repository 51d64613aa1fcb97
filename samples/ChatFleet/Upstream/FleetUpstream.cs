using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace ChatFleet.Upstream;

/// <summary>
/// OpenAI's chat completions on a free port of this machine, for keys of which some are no good. Each key has its own requests and tokens, held to the letter: a chat is admitted for its prompt and its longest answer, and
/// settled when the answer has ended.
/// </summary>
internal sealed class FleetUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly UpstreamModel _model;
    private readonly Dictionary<string, UpstreamKey> _keys;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FleetCounts> _counts = new(StringComparer.Ordinal);

    private FleetUpstream(WebApplication app, IReadOnlyList<UpstreamLimit> limits, IEnumerable<UpstreamKey> keys, TimeProvider time)
    {
        (_app, _model, _time, _origin) = (app, new UpstreamModel(limits), time, time.GetTimestamp());
        _keys = keys.ToDictionary(static key => $"Bearer {key.Text}", StringComparer.Ordinal);
        app.MapPost("/v1/chat/completions", AnswerAsync);
    }

    public Uri Address => new($"{_app.Urls.First()}/v1");

    public static async Task<FleetUpstream> StartAsync(IReadOnlyList<UpstreamLimit> limits, IEnumerable<UpstreamKey> keys, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        var upstream = new FleetUpstream(builder.Build(), limits, keys, time);
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>What came with a key so far.</summary>
    public FleetCounts CountsOf(UpstreamKey key)
    {
        lock (_gate)
        {
            return _counts.GetValueOrDefault(key.Name);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var question = await ChatQuestion.ReadAsync(context.Request, context.RequestAborted);
        if (!_keys.TryGetValue(context.Request.Headers.Authorization.ToString(), out var key) || key.State == UpstreamKeyState.Revoked)
        {
            Count(key, static counts => counts with { Refused = counts.Refused + 1 });
            await FailAsync(context, StatusCodes.Status401Unauthorized, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");
        }
        else if (key.State == UpstreamKeyState.OutOfCredit)
        {
            Count(key, static counts => counts with { Refused = counts.Refused + 1 });
            await FailAsync(context, StatusCodes.Status429TooManyRequests, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota");
        }
        else
        {
            await AdmitAsync(context, key, question);
        }
    }

    private async Task AdmitAsync(HttpContext context, UpstreamKey key, ChatQuestion question)
    {
        var call = new UpstreamCall { Key = key.Name, Method = "POST", Path = "/v1/chat/completions", Costs = [new("tokens", question.Estimate)] };
        UpstreamVerdict verdict;
        lock (_gate)
        {
            var now = ArrivalTime.Read(_time, _origin);
            verdict = _model.Arrive(now, call);
            StateLimits(context.Response.Headers, _model.Read(now, call));
        }

        if (verdict is not { Ticket: { } ticket })
        {
            Count(key, static counts => counts with { Limited = counts.Limited + 1 });
            context.Response.Headers["retry-after-ms"] = Math.Ceiling(verdict.Refusal!.Wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            await FailAsync(context, StatusCodes.Status429TooManyRequests, $"Rate limit reached on {verdict.Refusal.Reason}.", "requests", "rate_limit_exceeded");
            return;
        }

        try
        {
            await ChatStream.WriteAsync(context.Response, question, _time, context.RequestAborted);
        }
        finally
        {
            lock (_gate)
            {
                var now = ArrivalTime.Read(_time, _origin);
                ticket.Settle(now, [new("tokens", question.Prompt + question.Answer)]);
                ticket.End(now);
            }

            Count(key, counts => counts with { Chats = counts.Chats + 1, Tokens = counts.Tokens + question.Prompt + question.Answer });
        }
    }

    private void Count(UpstreamKey? key, Func<FleetCounts, FleetCounts> count)
    {
        lock (_gate)
        {
            var name = key?.Name ?? "";
            _counts[name] = count(_counts.GetValueOrDefault(name));
        }
    }

    private static void StateLimits(IHeaderDictionary headers, IReadOnlyList<StatedLimit> limits)
    {
        foreach (var (limit, reading) in limits)
        {
            headers[$"x-ratelimit-limit-{limit.Unit}"] = reading.Quota.ToString(CultureInfo.InvariantCulture);
            headers[$"x-ratelimit-remaining-{limit.Unit}"] = reading.Remaining.ToString(CultureInfo.InvariantCulture);
            headers[$"x-ratelimit-reset-{limit.Unit}"] = string.Create(CultureInfo.InvariantCulture, $"{(long)reading.ResetAfter.TotalMilliseconds}ms");
        }
    }

    private static Task FailAsync(HttpContext context, int status, string message, string type, string code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { message, type, param = (string?)null, code } }, context.RequestAborted);
    }
}

/// <summary>What came with one key.</summary>
/// <param name="Chats">Chats that were answered.</param>
/// <param name="Limited">Chats that got a 429 because the key's limits had no room: none should.</param>
/// <param name="Refused">Chats that were refused because the key is no good.</param>
/// <param name="Tokens">What the answered ones used.</param>
internal readonly record struct FleetCounts(long Chats, long Limited, long Refused, long Tokens);
