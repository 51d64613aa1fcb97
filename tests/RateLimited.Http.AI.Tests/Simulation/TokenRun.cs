using System.Text.Json;
using RateLimited.Http.Admission;
using RateLimited.Http.AI.Configuration;
using RateLimited.Http.AI.Estimation;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.AI.Tests.Tokens;
using RateLimited.Http.Configuration;
using RateLimited.Http.Keys;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.AI.Tests.Simulation;

#pragma warning disable CA2012, VSTHRD002, VSTHRD103 // Admissions are looked at without awaiting them, and read once when they are complete.

/// <summary>
/// A program that always has more to ask than its quota lets it, in many languages, at the upstream that counts tokens as OpenAI, Azure and Anthropic are known to, the testing package's and so the arena's: buckets for each
/// key that refill continuously, from which a request takes what it is estimated to use (a quarter of its characters, and all of <c>max_tokens</c>) before it begins, and gets back what it did not use when it ends. The
/// estimator, the limits and the settlement are the real ones; time is virtual, one thread does everything, and the same seed does the same.
/// </summary>
internal sealed class TokenRun : IDisposable
{
    private const int Waiting = 40;

    private static readonly Uri Address = new("https://api.test/v1/chat/completions");

    private readonly ManualTimeProvider _time = new();
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Queue<Call> _line = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly AITelemetry _aiTelemetry = new();
    private readonly ServiceLimiter _limiter;
    private readonly PipelineSettings _settings;
    private readonly ServicePipeline _pipeline;
    private readonly ServiceTokens _tokens;
    private readonly UpstreamModel _upstream;
    private readonly Random _random;
    private long _order;

    /// <param name="keys">How many keys there are; one alone is none.</param>
    /// <param name="upstream">What the upstream gives each key in a minute.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="options">How tokens are estimated.</param>
    /// <param name="seed">Chance.</param>
    public TokenRun(int keys, (long Tokens, long Requests) upstream, string[] limits, TokenCostOptions options, int seed)
    {
        var minute = TimeSpan.FromMinutes(1);
        _upstream = new UpstreamModel([UpstreamLimit.TokenBucket(upstream.Requests, minute), UpstreamLimit.TokenBucket(upstream.Tokens, minute, unit: AIUnits.Tokens)]);
        _random = new Random(seed);
        _tokens = new ServiceTokens("openai", _time, _aiTelemetry);
        var service = new ServiceRateLimitingOptions();
        foreach (var limit in limits)
        {
            service.Limit(limit);
        }

        for (var key = 1; keys > 1 && key <= keys; key++)
        {
            service.Keys.Add($"key-{key}", $"sk-test-{key}");
        }

        service.Queue.Timeout = TimeSpan.FromDays(1);
        service.Additions.Add(new TokenCostAddition(_tokens, options, counter: null));
        ServiceOptionsFaults.Of("openai", service, []).Sentences().ShouldBeEmpty();
        _settings = DefinitionCompiler.Pipeline(service);
        var ring = keys > 1 ? new PoolRing("openai", _telemetry.For("openai"), new Random(seed)) : null;
        _limiter = new ServiceLimiter(DefinitionCompiler.Service("openai", service) with { Keys = ring is null ? null : KeysOf(ring, keys) }, new InProcessStore(_time, []), _telemetry.For("openai"));
        _pipeline = new ServicePipeline(_limiter, _settings) { Keys = ring };
    }

    public int Ok { get; private set; }

    public int Refused { get; private set; }

    /// <summary>The tokens that answered requests used, as the upstream counted them, from an instant on.</summary>
    public long Used { get; private set; }

    /// <summary>How many requests are in the line or under way at once at most.</summary>
    public int Parallel { get; init; } = 200;

    public Spend Spend => _tokens.Status();

    /// <summary>How many requests went with each key.</summary>
    public IReadOnlyList<long> Uses => [.. _limiter.GetStatus().Keys.Select(static key => key.Requests)];

    /// <summary>What the upstream has noted.</summary>
    public UpstreamBooks Books => _upstream.Report(Arrival());

    private long Now => _time.GetTimestamp();

    private ArrivalTime Arrival() => ArrivalTime.Read(_time, origin: 0);

    private int _underWay;

    public void Dispose()
    {
        _pipeline.Dispose();
        _limiter.Dispose();
        _tokens.Dispose();
        _aiTelemetry.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>Runs for so long, and counts what is used from an instant on.</summary>
    public void Run(TimeSpan length, TimeSpan countedFrom)
    {
        while (Now < length.Ticks)
        {
            while (_line.Count < Waiting && _line.Count + _underWay < Parallel)
            {
                Ask();
            }

            // The line lets go at exact instants; here they leave with at most a millisecond's delay, as they do on a busy machine.
            var next = _events.TryPeek(out _, out var due) ? Math.Min(due.At, Now + TimeSpan.TicksPerMillisecond) : Now + TimeSpan.TicksPerMillisecond;
            _time.Advance(TimeSpan.FromTicks(Math.Max(next - Now, 0)));
            while (_line.TryPeek(out var head) && head.Admission.IsCompleted)
            {
                Send(_line.Dequeue(), countedFrom.Ticks);
            }

            while (_events.TryPeek(out var action, out due) && due.At <= Now)
            {
                _events.Dequeue();
                action();
            }
        }
    }

    private static KeyPoolDefinition KeysOf(PoolRing ring, int count)
    {
        var handles = ring.Apply([.. Enumerable.Range(1, count).Select(static i => new KeySpec($"key-{i}", ApiKey.Create($"sk-test-{i}"), Weight: 1, Group: null, Origin: null))], KeySelection.MostHeadroom, KeyCarrier.Bearer);
        return new KeyPoolDefinition(ring, [.. handles.Select(static handle => new KeyDefinition(handle, $"key {handle.Name}"))]);
    }

    private void Ask()
    {
        var passages = Enumerable.Range(0, _random.Next(1, 7)).Select(_ => Passage.All[_random.Next(Passage.All.Count)]).ToArray();
        var maxTokens = _random.Next(1, 9) * 100;
        var body = JsonSerializer.Serialize(new { model = "nobody-knows-1", messages = passages.Select(static passage => new { role = "user", content = passage.Text }), max_tokens = maxTokens });
        var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        var asked = CostEstimation.Estimate(_settings.Costs!, request, RequestReading.Read(request, said: null, _settings.Router), _limiter.Service, CancellationToken.None);
        var input = passages.Sum(static passage => passage.O200k + 4) + 3;
        _line.Enqueue(new Call(
            request,
            _limiter.AdmitAsync(asked, CancellationToken.None),
            (passages.Sum(static passage => passage.Text.Length + "user".Length) + 3) / 4 + maxTokens,
            input,
            Math.Min((int)Math.Exp(4.5 + _random.NextDouble() + _random.NextDouble()), maxTokens)));
    }

    private void Send(Call call, long countedFrom)
    {
        _underWay++;
        var ticket = call.Admission.GetAwaiter().GetResult();
        var asked = new UpstreamCall { Key = ticket.Key?.Chosen?.Name ?? "", Method = "POST", Path = Address.AbsolutePath, Costs = [new(AIUnits.Tokens, call.Reserved)] };
        At(Latency(), () =>
        {
            if (_upstream.Arrive(Arrival(), asked).Ticket is not { } admitted)
            {
                At(Latency(), () => Answer(call, ticket, asked, new HttpResponseMessage(System.Net.HttpStatusCode.TooManyRequests), body: "{}"));
                return;
            }

            // Some two hundred tokens a second.
            At(TimeSpan.TicksPerMillisecond * (100 + (call.Output * 5)), () =>
            {
                admitted.Settle(Arrival(), [new(AIUnits.Tokens, call.Input + call.Output)]);
                admitted.End(Arrival());
                Used += Now >= countedFrom ? call.Input + call.Output : 0;
                At(Latency(), () => Answer(call, ticket, asked, new HttpResponseMessage(), $$"""{"model":"nobody-knows-1","usage":{"prompt_tokens":{{call.Input}},"completion_tokens":{{call.Output}} } }"""));
            });
        });
    }

    /// <summary>What the handler does with an answer.</summary>
    private void Answer(Call call, AdmissionTicket ticket, UpstreamCall asked, HttpResponseMessage response, string body)
    {
        foreach (var (limit, reading) in _upstream.Read(Arrival(), asked))
        {
            response.Headers.Add($"x-ratelimit-limit-{limit.Unit}", FormattableString.Invariant($"{reading.Quota}"));
            response.Headers.Add($"x-ratelimit-remaining-{limit.Unit}", FormattableString.Invariant($"{reading.Remaining}"));
            response.Headers.Add($"x-ratelimit-reset-{limit.Unit}", FormattableString.Invariant($"{Math.Floor(reading.ResetAfter.TotalMilliseconds):0}ms"));
        }

        response.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        ResponseSignals.Take(call.Request, response, default, ticket, _pipeline, _settings, _limiter.Now);
        var tail = CostTail.Of(response, ticket, _limiter);
        tail.Usage?.Read(System.Text.Encoding.UTF8.GetBytes(body));
        tail.Complete(ticket, _limiter, isComplete: true);
        Ok += response.IsSuccessStatusCode ? 1 : 0;
        Refused += response.IsSuccessStatusCode ? 0 : 1;
        _underWay--;
        call.Request.Dispose();
        response.Dispose();
    }

    private long Latency() => TimeSpan.TicksPerMillisecond * _random.Next(10, 60);

    private void At(long delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    private sealed record Call(HttpRequestMessage Request, ValueTask<AdmissionTicket> Admission, long Reserved, int Input, int Output);
}
