using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Exchanges;
using RateLimited.Http.Testing.Faults;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing;

/// <summary>
/// An upstream that limits as a real one does, says so in its dialect, and keeps books: in memory through <see cref="CreateHandler"/>, or on this machine through <see cref="UpstreamServer"/>.
/// Made by <see cref="Preset"/> or <see cref="UpstreamBuilder"/>. Thread-safe.
/// </summary>
public sealed class Upstream : IUpstream
{
    private readonly Lock _gate = new();
    private readonly UpstreamPlan _plan;
    private readonly UpstreamModel _model;
    private readonly Random _random;
    private readonly Dictionary<string, long> _faults = new(StringComparer.Ordinal);
    private readonly long _origin;
    private UpstreamBooks? _final;
    private long _arrived;
    private int _inside;

    internal Upstream(UpstreamPlan plan)
    {
        _plan = plan;
        _model = new UpstreamModel(plan.Limits, plan.Penalty);
        _random = new Random(plan.Seed);
        _origin = plan.Time.GetTimestamp();
    }

    /// <inheritdoc/>
    public int Inside => Volatile.Read(ref _inside);

    /// <inheritdoc/>
    public UpstreamBooks Books
    {
        get
        {
            lock (_gate)
            {
                return _final ?? Report_NeedsLock();
            }
        }
    }

    /// <summary>An upstream like that of a provider: its limits, headers, statuses and bodies, to be changed or built.</summary>
    /// <param name="provider">The name of one of the library's presets or dialects, like <c>openai</c>.</param>
    /// <param name="tier">The kind of customer, as the preset names it; null for its default. Figures that a provider does not publish are those of recorded responses, or an example.</param>
    /// <exception cref="ArgumentException">There is no such provider or tier; the message names those that there are.</exception>
    public static UpstreamBuilder Preset(string provider, string? tier = null) => UpstreamBuilder.Like(provider, tier);

    /// <inheritdoc/>
    public void CloseBooks()
    {
        lock (_gate)
        {
            _final ??= Report_NeedsLock();
        }
    }

    /// <summary>How the limits that it speaks of stand for whoever sends a request, before it is sent.</summary>
    public IReadOnlyList<StatedLimit> Read(UpstreamRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
        {
            return _model.Read(Now(), _plan.CallOf(request));
        }
    }

    /// <summary>
    /// A handler that is this upstream, for the inside of an <see cref="HttpClient"/>; whatever host is called. Nothing leaves the process. With a <see cref="ManualTimeProvider"/> all delays are virtual. The
    /// handler holds nothing: dispose it or not.
    /// </summary>
    public HttpMessageHandler CreateHandler() => new InMemoryHandler(this);

    /// <summary>The request is on its way, then it is decided.</summary>
    /// <exception cref="ConnectionBrokenException">The connection is to be broken.</exception>
    internal async Task<Exchange> EnterAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _inside);
        Exchange? exchange = null;
        try
        {
            TimeSpan there, back;
            lock (_gate)
            {
                (there, back) = (_plan.LatencyThere.Draw(_random), _plan.LatencyBack.Draw(_random));
            }

            await WaitAsync(there, cancellationToken).ConfigureAwait(false);
            exchange = Decide(request, out var trouble);
            await WaitAsync(back, cancellationToken).ConfigureAwait(false);
            if (trouble.StallsAfter == -1)
            {
                await WaitAsync(trouble.StallsFor, cancellationToken).ConfigureAwait(false);
            }

            return trouble.BreaksAfter == -1 ? throw new ConnectionBrokenException() : exchange;
        }
        catch
        {
            exchange?.Abandon();
            if (exchange is null)
            {
                Interlocked.Decrement(ref _inside);
            }

            throw;
        }
    }

    private Exchange Decide(UpstreamRequest request, out Trouble trouble)
    {
        lock (_gate)
        {
            // The clock is read under the lock, or two arrivals could be counted in the wrong order.
            var now = Now();
            trouble = Trouble.Of(_plan.Faults, request, ++_arrived, now.Monotonic, _random);
            foreach (var name in trouble.Names)
            {
                _faults[name] = _faults.GetValueOrDefault(name) + 1;
            }

            var call = _plan.CallOf(request);
            var isFree = _plan.IsFree(request) || trouble.Failure is { IsBeforeLimits: true };
            var verdict = isFree ? default : _model.Arrive(now, call);
            var stated = _model.Read(now, call);
            var answer = AnswerTo(request, stated, verdict, trouble);
            var usage = _plan.UsageOf(answer);
            var saying = new Saying
            {
                Wall = now.Wall,
                Limits = stated,
                Refusal = verdict.Refusal,
                Costs = [.. usage, .. call.Costs],
                Endpoint = request.ToString(),
                Oddities = _plan.Oddities,
                Wait = verdict.Refusal?.Wait ?? trouble.Failure?.Wait,
            };
            if (answer.Status == 0)
            {
                var refused = _plan.Provider.Refuse(saying);
                answer = Answer.Whole(refused.Body, trouble.Failure?.FailsWith ?? refused.Status, refused.ContentType);
            }

            if (verdict.IsAdmitted)
            {
                _model.Answer(now, call, answer.Status);
            }

            var headers = trouble.Change(HeaderWriter.Write(_plan.Provider.Headers, saying with { Status = answer.Status }));
            var work = verdict.IsAdmitted && trouble.Failure is null ? _plan.Work.Draw(_random) : TimeSpan.Zero;
            return new Exchange(answer, headers, work, trouble, _plan.Time, Ending(verdict.Ticket, usage));
        }
    }

    /// <summary>Status 0: the provider refuses in its own words.</summary>
    private Answer AnswerTo(UpstreamRequest request, IReadOnlyList<StatedLimit> stated, UpstreamVerdict verdict, Trouble trouble) =>
        !verdict.IsAdmitted || trouble.Failure?.FailsWith == 429 ? new Answer { Status = 0 }
        : trouble.Failure?.FailsWith is { } status ? Answer.Whole("""{"error":{"message":"The server had an error while processing your request.","type":"server_error"}}""", status)
        : _plan.Provider.Answer.Respond(request, stated, _random);

    /// <summary>What happens when a request ends: once with its usage when its work is done, else without; the second call does nothing.</summary>
    private Action<bool> Ending(UpstreamTicket? ticket, IReadOnlyList<UnitCost> usage)
    {
        var hasEnded = false;
        return isDone =>
        {
            lock (_gate)
            {
                if (!hasEnded)
                {
                    hasEnded = true;
                    var now = Now();
                    ticket?.Settle(now, isDone ? usage : []);
                    ticket?.End(now);
                    Interlocked.Decrement(ref _inside);
                }
            }
        };
    }

    private UpstreamBooks Report_NeedsLock()
    {
        var books = _model.Report(Now());
        return new UpstreamBooks { Elapsed = books.Elapsed, Limits = books.Limits, Keys = books.Keys, Banned = books.Banned, Faults = new Dictionary<string, long>(_faults, StringComparer.Ordinal) };
    }

    private ArrivalTime Now()
    {
        var now = ArrivalTime.Read(_plan.Time, _origin);
        return now with { SinceEpoch = now.SinceEpoch + _plan.ClockSkew };
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken) => wait == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, _plan.Time, cancellationToken);
}
