using Microsoft.Extensions.Primitives;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Reads the keys of services from wherever their options say, watches what can change, and remembers the last good keys of each source, for when it cannot be read any more. Reading is for one
/// service at a time. Thread-safe.
/// </summary>
internal sealed class KeySources(RateLimitingTelemetry telemetry, TimeProvider? time = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Source>> _byService = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Is told which service's keys may have changed, on any thread and under no lock of ours.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>All keys of a service, and what is wrong with them.</summary>
    public IReadOnlyList<KeyOptions> Read(string service, ServiceRateLimitingOptions options, FaultList faults)
    {
        lock (_lock)
        {
            return Read_NeedsLock(service, options, faults);
        }
    }

    /// <summary>A service has no keys any more.</summary>
    public void Forget(string service)
    {
        lock (_lock)
        {
            if (_byService.Remove(service, out var sources))
            {
                sources.ForEach(static source => source.Dispose());
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var source in _byService.Values.SelectMany(static sources => sources))
            {
                source.Dispose();
            }

            _byService.Clear();
        }
    }

    private List<KeyOptions> Read_NeedsLock(string service, ServiceRateLimitingOptions options, FaultList faults)
    {
        var path = $"{options.Path ?? $"{RateLimitingOptionsReader.ServicesPath}:{service}"}:Keys";
        var pool = options.Keys;
        var previous = _byService.GetValueOrDefault(service) ?? [];
        var present = new List<Source>();
        List<KeyOptions> keys = [.. pool.List.Select((key, i) => WithText(key, key.Path ?? $"{path}:List:{i}", faults))];
        if (pool.Environment is { } variable)
        {
            keys.AddRange(ReadFrom(Known(variable, "Environment") ?? new Source(variable, "Environment", () => KeyTexts.OfVariable(variable, $"{path}:Environment")), KeyFaults.VariableRight + ", with keys between commas"));
        }

        if (pool.File is { } file)
        {
            keys.AddRange(ReadFrom(Known(file, "File") ?? new Source(file, "File", () => KeyTexts.OfFile(file, $"{path}:File")), $"{KeyFaults.FileRight}, that can be read"));
        }

        for (var i = 0; i < pool.Sources.Count; i++)
        {
            var source = pool.Sources[i];
            var place = $"{path}:Sources:{i}";
            keys.AddRange(ReadFrom(Known(source, "Sources") ?? new Source(source, "Sources", () => KeyTexts.OfSource(source, place)), "a source that has keys"));
        }

        _byService[service] = present;
        foreach (var gone in previous.Except(present))
        {
            gone.Dispose();
        }

        var check = new KeyFaults(faults, options);
        check.CheckAll(keys, i => $"{path}:{i}");
        check.CheckAsWhole(path, keys, isComplete: true);
        return keys;

        Source? Known(object origin, string name) => previous.Find(source => source.Name == name && Equals(source.Origin, origin));

        IReadOnlyList<KeyOptions> ReadFrom(Source source, string right)
        {
            present.Add(source);
            var said = telemetry.For(service).Keys;
            source.Watch(time ?? TimeProvider.System, () => Changed?.Invoke(service), said);
            if (source.Read(said) is { } read)
            {
                return read;
            }

            faults.Add($"{path}:{source.Name}", source.Fault ?? Fault.Missing, right);
            return [];
        }
    }

    /// <summary>The key with the text of the variable that it names.</summary>
    private static KeyOptions WithText(KeyOptions key, string path, FaultList faults)
    {
        if (key is not { Value: null, Environment: { } variable, IsUnreadable: false })
        {
            return key;
        }

        var isKey = ApiKey.TryCreate(Environment.GetEnvironmentVariable(variable)?.Trim(), out var value);
        if (!isKey)
        {
            faults.Add($"{path}:Environment", "a variable without a key", $"{KeyFaults.VariableRight}, and holds {ApiKey.Right}");
        }

        var read = new KeyOptions { Name = key.Name, Value = value, Tier = key.Tier, Group = key.Group, Weight = key.Weight, Origin = key.Origin, Path = path, Environment = isKey ? null : variable };
        foreach (var limit in key.Limits)
        {
            read.Limits.Add(limit);
        }

        foreach (var tenantClass in key.Classes)
        {
            read.Classes.Add(tenantClass);
        }

        return read;
    }

    /// <summary>One place that keys come from, and the last good ones that came.</summary>
    private sealed class Source(object origin, string name, Func<KeyReading> read) : IDisposable
    {
        private IReadOnlyList<KeyOptions>? _lastGood;
        private IDisposable? _watch;
        private bool _isFailing;

        public object Origin { get; } = origin;

        public string Name { get; } = name;

        /// <summary>What is wrong with it, where there are no last good keys either.</summary>
        public string? Fault { get; private set; }

        /// <summary>The keys as they are now, or the last good ones; null where there never were any.</summary>
        public IReadOnlyList<KeyOptions>? Read(KeyTelemetry keys)
        {
            var reading = read();
            Fault = reading.Fault;
            if (reading.Keys is { } good)
            {
                if (_isFailing)
                {
                    keys.Readable(Name);
                }

                _isFailing = false;
                return _lastGood = good;
            }

            if (_lastGood is not null && !_isFailing)
            {
                _isFailing = true;
                keys.Unreadable(Name, reading.Fault ?? "no key");
            }

            return _lastGood;
        }

        public void Watch(TimeProvider time, Action changed, KeyTelemetry keys) => _watch ??= Origin switch
        {
            IApiKeySource source => ChangeToken.OnChange(() => TokenOf(source, keys), () => ThreadPool.UnsafeQueueUserWorkItem(static changed => changed(), changed, preferLocal: false)),
            string file when Name == "File" => new FileWatch(file, time, changed),
            _ => null,
        };

        public void Dispose() => _watch?.Dispose();

        /// <summary>What says that a source has changed; null where the source fails at that, and is followed no further.</summary>
        private IChangeToken? TokenOf(IApiKeySource source, KeyTelemetry keys)
        {
            try
            {
                return source.GetChangeToken();
            }
#pragma warning disable CA1031 // It is the program's code, and what it throws may hold a key.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                keys.Unreadable(Name, $"what says that they change failed with {exception.GetType().Name}");
                return null;
            }
        }
    }
}
