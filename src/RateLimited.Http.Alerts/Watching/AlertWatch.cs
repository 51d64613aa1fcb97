using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Alerts.Episodes;
using RateLimited.Http.Alerts.Notices;
using RateLimited.Http.Alerts.Readings;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Watching;

/// <summary>
/// Looks at all services at every interval, from the host's start to its end, and posts what is to be told. It decides nothing: rules, episodes and notices do. Thread-safe.
/// </summary>
internal sealed class AlertWatch : IAlertBook, IDisposable
{
    private const int ProcessDigits = 8;

    private readonly WindowedReader _reader;
    private readonly PlanCompiler _compiler;
    private readonly IConfigurationSection? _section;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _began;
    private readonly Lock _gate = new();
    private readonly Ledger _ledger;
    private readonly NoticeBoard _board;
    private readonly DailyTime _daily = new();
    private readonly Dictionary<string, Courier> _couriers = new(StringComparer.Ordinal);
    private readonly List<Task> _leaving = [];
    private AlertPlan _plan;
    private string _text;
    private ITimer? _timer;
    private IDisposable? _subscription;
    private bool _isStopped;
    private int _looking;

    /// <exception cref="OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public AlertWatch(WindowedReader reader, PlanCompiler compiler, AlertOptionsSource source, TimeProvider time, ILogger log)
    {
        (_reader, _compiler, _section, _time, _log, _began) = (reader, compiler, source.Section, time, log, time.GetTimestamp());
        var process = Guid.NewGuid().ToString("N")[..ProcessDigits];
        (_ledger, _board, _text, _plan) = (new Ledger(process), new NoticeBoard(process), Text(), compiler.Compile());
    }

    public IReadOnlyList<Alert> Open
    {
        get
        {
            lock (_gate)
            {
                return _ledger.Open;
            }
        }
    }

    public IReadOnlyList<Alert> Past
    {
        get
        {
            lock (_gate)
            {
                return _ledger.Past;
            }
        }
    }

    /// <summary>The sinks that there are now.</summary>
    public IReadOnlyList<Courier> Couriers
    {
        get
        {
            lock (_gate)
            {
                return [.. _couriers.Values];
            }
        }
    }

    public bool Acknowledge(string id, string? by = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_gate)
        {
            return _ledger.Acknowledge(id, by, _time.GetUtcNow());
        }
    }

    /// <summary>Begins to look.</summary>
    public void Start()
    {
        lock (_gate)
        {
            Apply_NeedsLock(_plan);
            _timer = _time.CreateTimer(static watch => ((AlertWatch)watch!).Look(), this, TimeSpan.Zero, _plan.Interval);
            _subscription = _section is null ? null : ChangeToken.OnChange(_section.GetReloadToken, Reload);
        }

        // What changed before anybody listened.
        Reload();
    }

    /// <summary>Tells what stands on the board, and gives sinks until the token to deliver what they can.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] leaving;
        Dispose();
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            // In quiet hours, too: what is not told now never is.
            foreach (var notice in _board.Take(Now, TimeSpan.Zero, quiet: null, _plan.Source))
            {
                Post_NeedsLock(notice);
            }

            leaving = [.. _couriers.Values.Select(courier => courier.StopAsync(cancellationToken)), .. _leaving];
        }

        await Task.WhenAll(leaving).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _subscription?.Dispose();
    }

    /// <summary>Looks once. Who comes while another still looks leaves it at that.</summary>
    public void Look()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 1)
        {
            return;
        }

        try
        {
            LookAlone();
        }
        catch (ObjectDisposedException)
        {
            // The container is going down, and nothing happens any more that anybody could be told of.
        }
#pragma warning disable CA1031 // A status may run delegates of the program's; what they throw must not end the watch.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            AlertsLog.LookFailed(_log, fault.GetType().Name);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private Moment Now => new(_time.GetElapsedTime(_began), _time.GetUtcNow());

    private void LookAlone()
    {
        var now = Now;
        var reading = _reader.Read(now.Elapsed);
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            foreach (var transition in _ledger.Observe(now, _plan.Enabled ? _plan.Rules.Observe(reading) : []))
            {
                _board.Add(transition, now.Elapsed);
            }

            foreach (var notice in _board.Take(now, _plan.GroupInterval, _plan.Quiet, _plan.Source))
            {
                Post_NeedsLock(notice);
            }

            if (_plan.Summary is { } summary && _daily.IsDue(now.Wall, summary.At, summary.Zone))
            {
                Post_NeedsLock(_board.Summary(now.Wall, _ledger.Open, _ledger.Past, _plan.Source));
            }
        }
    }

    private void Post_NeedsLock(AlertNotice notice)
    {
        foreach (var courier in _couriers.Values)
        {
            courier.Post(notice);
        }
    }

    private void Reload()
    {
        lock (_gate)
        {
            var text = Text();
            if (_isStopped || string.Equals(text, _text, StringComparison.Ordinal))
            {
                return;
            }

            try
            {
                _text = text;
                Apply_NeedsLock(_compiler.Compile());
                AlertsLog.Reloaded(_log);
            }
            catch (OptionsValidationException faults)
            {
                AlertsLog.ReloadRefused(_log, string.Join(' ', faults.Failures));
            }
#pragma warning disable CA1031 // A delegate of the program's may throw anything, and what it throws would end the thread that watches the file.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                AlertsLog.ReloadRefused(_log, fault.GetType().Name);
            }
        }
    }

    private void Apply_NeedsLock(AlertPlan plan)
    {
        if (plan.Interval != _plan.Interval)
        {
            _timer?.Change(plan.Interval, plan.Interval);
        }

        _plan = plan;
        _ledger.History = plan.History;
        foreach (var gone in _couriers.Keys.Except(plan.Sinks.Select(static sink => sink.Sink.Name), StringComparer.Ordinal).ToList())
        {
            _couriers.Remove(gone, out var courier);
            _leaving.RemoveAll(static task => task.IsCompleted);
            _leaving.Add(courier!.StopAsync(new CancellationToken(canceled: true)));
        }

        foreach (var sink in plan.Sinks)
        {
            if (_couriers.TryGetValue(sink.Sink.Name, out var courier))
            {
                courier.Change(sink);
            }
            else
            {
                _couriers.Add(sink.Sink.Name, courier = new Courier(sink, _time, _log));
                courier.Start();
            }
        }
    }

    /// <summary>All of the section as one text: a file that is saved for another reason changes nothing here.</summary>
    private string Text()
    {
        var text = new StringBuilder();
        foreach (var (key, value) in _section?.AsEnumerable() ?? [])
        {
            text.Append(key).Append('=').Append(value).Append('\n');
        }

        return text.ToString();
    }
}
