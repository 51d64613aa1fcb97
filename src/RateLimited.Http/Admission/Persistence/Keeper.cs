using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>
/// Keeps the limits of services over the end of their process: what is counted is written, and what may be charged next is written before it is. One thread writes, and what is asked for while it does is
/// written together by the next write. What it is asked under the store's gate is noted and nothing else. Thread-safe.
/// </summary>
internal sealed partial class Keeper : IDisposable
{
    /// <summary>How long before its process a clock begins whose limits are kept: instants of the process before lie on it. Longer than any window.</summary>
    public static readonly long Age = TimeSpan.FromDays(400).Ticks;

    /// <summary>How often what has changed is written, and a disk that failed is tried again.</summary>
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(1);

    private const long UsualPatience = 20 * TimeSpan.TicksPerMillisecond;

    private readonly KeeperSettings _settings;
    private readonly RateLimitingTelemetry _telemetry;
    private readonly StateDirectory _directory;
    private readonly MachineClock _machine;
    private readonly Dictionary<string, KeptService> _services = new(StringComparer.OrdinalIgnoreCase);

    // Never disposed of: a request that ends late may still ring it.
#pragma warning disable CA2213
    private readonly AutoResetEvent _signal = new(initialState: false);
#pragma warning restore CA2213
    private readonly Lock _writing = new();
    private KeptStates? _left;
    private InProcessStore _store = null!;
    private ITimer? _timer;
    private volatile string? _fault;
    private volatile bool _isClosed;

    // Only under the store's gate.
    private List<KeptState> _asked = [];
    private bool _isHurried;

    /// <param name="settings">Where.</param>
    /// <param name="time">The clock that limits are counted by.</param>
    /// <param name="telemetry">Whom to tell what was found.</param>
    /// <exception cref="IOException">It cannot be used, belongs to another process, or holds what cannot be read.</exception>
    public Keeper(KeeperSettings settings, TimeProvider time, RateLimitingTelemetry telemetry)
    {
        (_settings, _telemetry) = (settings, telemetry);
        _machine = settings.Machine ?? MachineClock.Of(time);
        _directory = new StateDirectory(settings.Directory, settings.Create);
        try
        {
            _left = Read();
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    public KeeperSettings Settings => _settings;

    /// <summary>For how long whoever finds too little written waits before it looks again, unless it is woken.</summary>
    public long Patience => _fault is null ? UsualPatience : Pulse.Ticks;

    /// <summary>Whether requests go without having been written.</summary>
    public bool GoesOn => _settings.OnFailure == FileFailureMode.Memory && _fault is not null && !_isClosed;

    /// <summary>When it was found that something is lost that had been written: whatever is not known had gone by then. Null where nothing is.</summary>
    public Moment? DoubtedAt { get; private set; }

    /// <summary>Takes up what was left behind. Called once, by the store whose limits they are.</summary>
    public void Begin(InProcessStore store)
    {
        _store = store;
        var clock = store.Clock;
        if (_left is { } left)
        {
            DoubtedAt = left.IsDoubtful ? clock.At(guard: 0) : null;
            new Restoration(left, left.Mark.Later(_machine.At(clock.Now)), store, ServiceOf).Run();
            _left = null;
        }

        ServiceOf(string.Empty).Wake = () => store.WakeAll(released: null);
        Step();
        _timer = clock.Time.CreateTimer(static keeper => ((Keeper)keeper!).OnPulse(), this, Pulse, Pulse);
        if (_settings.HasThread)
        {
            new Thread(Run) { IsBackground = true, Name = "RateLimited.Http file store" }.Start();
        }
    }

    /// <summary>What is kept of a service. Only while nothing decides, or under the store's gate.</summary>
    public KeptService ServiceOf(string name)
    {
        if (!_services.TryGetValue(name, out var service))
        {
            _services[name] = service = new KeptService(name, this);
        }

        return service;
    }

    /// <summary>Asks for what the first requests of a service will ask for.</summary>
    public void Prime(KeptService service) => _store.Change(() =>
    {
        foreach (var limit in service.Limits)
        {
            if (limit is { Only: { } only, Rule: KeptRule })
            {
                Write(KeptRule.Of(ref only.State));
            }
        }
    });

    /// <summary>More of a partition is to be written, for somebody waits for it or soon will. Only under the store's gate.</summary>
    public void Write(KeptState state)
    {
        WriteSoon(state);
        if (!state.IsUrgent)
        {
            state.IsUrgent = true;
            if (!_isHurried && !_isClosed)
            {
                _isHurried = true;
                _signal.Set();
            }
        }
    }

    /// <summary>What has changed in a partition is to be written with the next pulse. Only under the store's gate.</summary>
    public void WriteSoon(KeptState state)
    {
        if (!state.IsListed)
        {
            state.IsListed = true;
            _asked.Add(state);
        }
    }

    /// <summary>Writes all as it is. Nothing may be charged after it.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_writing)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            if (_store is not null)
            {
                Write(isWhole: true);
            }

            _directory.Dispose();
        }

        _signal.Set();
    }

    private KeptStates? Read()
    {
        try
        {
            return KeptStates.Read(_directory.Read(), _telemetry.FileTorn, _telemetry.FileDamaged);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or FormatException)
        {
            throw new IOException(
                $"RateLimiting:File:Directory: what was counted before cannot be read from '{_directory.Path}' ({fault.Message}) → the files as they were, or an empty directory, which gives all quotas out anew.",
                fault);
        }
    }

    private void OnPulse() => _signal.Set();

    private void Run()
    {
        while (!_isClosed)
        {
            _signal.WaitOne();
            Step();
        }
    }
}
