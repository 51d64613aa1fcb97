using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Telemetry;

/// <summary>
/// What one service has to say of attempts, circuits and what stands in for responses. Nothing here is told an address, a header or an exception; what listeners throw is swallowed. Thread-safe.
/// </summary>
internal sealed class ResilienceTelemetry
{
    private readonly RateLimitingInstruments _instruments;
    private readonly ILogger _log;
    private readonly string _service;
    private Func<CircuitState>? _circuit;

    public ResilienceTelemetry(RateLimitingInstruments instruments, ILogger log, string service)
    {
        _instruments = instruments;
        _log = log;
        _service = service;
    }

    /// <summary>How the circuit is; null where there is none to be asked.</summary>
    public CircuitState? Circuit => Volatile.Read(ref _circuit)?.Invoke();

    /// <summary>Shows the circuit in the gauges, as long as the service is in them.</summary>
    public void Observe(Func<CircuitState> circuit) => Volatile.Write(ref _circuit, circuit);

    internal KeyValuePair<string, object?>[] StateTags(CircuitState state) => [new(TagValues.Service, _service), new(TagValues.State, TagValues.BreakerStates[(int)state])];

    /// <summary>An attempt is repeated.</summary>
    /// <param name="failure">What was wrong with it, one of <see cref="TagValues.Failures"/>.</param>
    /// <param name="pause">How long it waits before that.</param>
    public void Retrying(int failure, TimeSpan pause) => Quietly.Say(() =>
    {
        Add(_instruments.Retries, TagValues.Reason, TagValues.Failures[failure]);
        RateLimitingLog.Retrying(_log, _service, TagValues.Failures[failure], (long)pause.TotalMilliseconds);
    });

    /// <summary>A failed request is not repeated.</summary>
    /// <param name="failure">What was wrong with it, one of <see cref="TagValues.Failures"/>.</param>
    /// <param name="decision">Why it is not, one of <see cref="TagValues.RetryDecisions"/>.</param>
    public void NotRetrying(int failure, int decision) => Quietly.Say(() =>
    {
        Add(_instruments.RetriesLeftOut, TagValues.Reason, TagValues.RetryDecisions[decision]);
        RateLimitingLog.NotRetrying(_log, _service, TagValues.Failures[failure], TagValues.RetryDecisions[decision]);
    });

    public void CircuitChanged(CircuitState state) => Quietly.Say(() =>
    {
        var name = TagValues.CircuitStates[(int)state];
        Add(_instruments.CircuitChanges, TagValues.State, name);
        if (state is CircuitState.Open or CircuitState.Isolated)
        {
            RateLimitingLog.CircuitOpened(_log, _service, name);
        }
        else
        {
            RateLimitingLog.CircuitChanged(_log, _service, name);
        }
    });

    /// <summary>Requests of low priority are not sent any more, or are again.</summary>
    public void LevelChanged(bool isReduced) => Quietly.Say(() =>
    {
        var name = TagValues.CircuitStates[isReduced ? 4 : 5];
        Add(_instruments.CircuitChanges, TagValues.State, name);
        RateLimitingLog.LevelChanged(_log, _service, name);
    });

    /// <summary>An open circuit let an attempt not through.</summary>
    public void CircuitRefused() => Quietly.Say(() =>
    {
        if (_instruments.CircuitRefusals.Enabled)
        {
            _instruments.CircuitRefusals.Add(1, new KeyValuePair<string, object?>(TagValues.Service, _service));
        }
    });

    /// <summary>A redirect came.</summary>
    /// <param name="result">What became of it, one of <see cref="TagValues.RedirectResults"/>.</param>
    public void Redirected(int result) => Quietly.Say(() =>
    {
        Add(_instruments.Redirects, TagValues.Result, TagValues.RedirectResults[result]);
        RateLimitingLog.Redirected(_log, _service, TagValues.RedirectResults[result]);
    });

    /// <summary>Something was looked for to stand in for a response.</summary>
    /// <param name="found">Whether there was something.</param>
    /// <param name="cause">Why, one of <see cref="TagValues.FallbackCauses"/>.</param>
    public void FellBack(bool found, int cause) => Quietly.Say(() =>
    {
        var result = TagValues.FallbackResults[found ? 0 : 1];
        if (_instruments.Fallbacks.Enabled)
        {
            _instruments.Fallbacks.Add(1, new(TagValues.Service, _service), new(TagValues.Reason, TagValues.FallbackCauses[cause]), new(TagValues.Result, result));
        }

        RateLimitingLog.FellBack(_log, _service, TagValues.FallbackCauses[cause], result);
    });

    /// <summary>A request was sent once more beside itself, or such a one won.</summary>
    public void Hedged(bool hasWon) => Quietly.Say(() => Add(_instruments.Hedges, TagValues.Result, TagValues.HedgeResults[hasWon ? 1 : 0]));

    /// <summary>The body of a response ended before its end.</summary>
    /// <param name="why">Why, one of <see cref="TagValues.BodyFailures"/>.</param>
    public void BodyFailed(int why) => Quietly.Say(() =>
    {
        Add(_instruments.BodyFailures, TagValues.Reason, TagValues.BodyFailures[why]);
        RateLimitingLog.BodyFailed(_log, _service, TagValues.BodyFailures[why]);
    });

    /// <summary>Somebody around us repeats requests too.</summary>
    /// <param name="header">The name of the header that proves it, one of three.</param>
    public void OuterRetrySeen(string header) => Quietly.Say(() => RateLimitingLog.OuterRetrySeen(_log, _service, header));

    private void Add(Counter<long> counter, string tag, string value)
    {
        if (counter.Enabled)
        {
            counter.Add(1, new KeyValuePair<string, object?>(TagValues.Service, _service), new KeyValuePair<string, object?>(tag, value));
        }
    }
}
