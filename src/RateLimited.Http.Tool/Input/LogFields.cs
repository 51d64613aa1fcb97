using System.Globalization;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tool.Input;

/// <summary>
/// What the fields of an access log mean, whatever form the log has. Fields have the names that logs give them, in any case; a field that is no other is a cost if it has the name of a
/// unit that is asked for.
/// </summary>
/// <param name="units">The units that costs are wanted of.</param>
internal sealed class LogFields(IEnumerable<string> units)
{
    /// <summary>No log names so many.</summary>
    public const int MostFields = 256;

    private const int MaxText = 2_048;

    // A log of a million lines has few tenants, methods and paths: each is kept once.
    private const int MostKept = 100_000;

    private static readonly Dictionary<string, Field> Known = Names(
        (Field.Time, ["time", "timestamp", "@timestamp", "ts", "date", "datetime", "at"]),
        (Field.Service, ["service", "client"]),
        (Field.Method, ["method", "verb"]),
        (Field.Path, ["path", "url", "uri"]),
        (Field.Endpoint, ["endpoint"]),
        (Field.Tenant, ["tenant", "customer"]),
        (Field.Partition, ["partition", "name"]),
        (Field.Priority, ["priority"]),
        (Field.Latency, ["latency", "duration", "elapsed"]));

    private readonly Dictionary<string, string> _units = units.DistinctBy(static unit => unit, StringComparer.OrdinalIgnoreCase).ToDictionary(static unit => unit, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _kept = new(StringComparer.Ordinal);
    private readonly List<UnitCost> _costs = [];
    private DateTime? _time;
    private string? _service;
    private string? _method;
    private string? _path;
    private string? _endpoint;
    private string? _tenant;
    private string? _partition;
    private RequestPriority? _priority;
    private TimeSpan? _latency;

    private enum Field
    {
        Time,
        Service,
        Method,
        Path,
        Endpoint,
        Tenant,
        Partition,
        Priority,
        Latency,
    }

    /// <summary>Whether a field of such a name says when the request came.</summary>
    public static bool IsTime(string name) => Known.TryGetValue(name, out var field) && field == Field.Time;

    /// <summary>Takes in one field. Returns what would be right in place of the value, or null.</summary>
    public string? Take(string name, string value)
    {
        if (value.Length == 0)
        {
            return null;
        }

        if (!Known.TryGetValue(name, out var field))
        {
            return _units.TryGetValue(name, out var unit) ? TakeCost(unit, value) : null;
        }

        if (value.Length > MaxText)
        {
            return $"at most {MaxText} characters";
        }

        return field switch
        {
            Field.Time => TakeTime(value),
            Field.Priority => EnumText.TryParse<RequestPriority>(value, out var priority) ? Set(ref _priority, priority) : EnumText.Names<RequestPriority>(),
            Field.Latency => TakeLatency(value),
            Field.Service => Set(ref _service, Kept(value)),
            Field.Method => Set(ref _method, Kept(value.ToUpperInvariant())),
            Field.Path => Set(ref _path, Kept(PathOf(value))),
            Field.Endpoint => Set(ref _endpoint, Kept(value)),
            Field.Tenant => Set(ref _tenant, Kept(value)),
            _ => Set(ref _partition, Kept(value)),
        };
    }

    /// <summary>Ends an entry and begins the next. Null if it has no time.</summary>
    public LogEntry? End()
    {
        var entry = _time is not { } time ? null : new LogEntry
        {
            Time = time,
            Service = _service,
            Method = _method,
            Path = _path,
            Endpoint = _endpoint,
            Tenant = _tenant,
            Partition = _partition,
            Priority = _priority,
            Latency = _latency,
            Costs = _costs.Count == 0 ? [] : [.. _costs],
        };
        (_time, _service, _method, _path, _endpoint, _tenant, _partition, _priority, _latency) = (null, null, null, null, null, null, null, null, null);
        _costs.Clear();
        return entry;
    }

    private static Dictionary<string, Field> Names(params (Field Field, string[] Names)[] fields) =>
        fields.SelectMany(static each => each.Names, static (each, name) => (name, each.Field)).ToDictionary(static pair => pair.name, static pair => pair.Field, StringComparer.OrdinalIgnoreCase);

    private static string? Set<T>(ref T target, T value)
    {
        target = value;
        return null;
    }

    private string? TakeTime(string value)
    {
        const string Right = "a time such as '2026-01-02T03:04:05.678Z', or seconds or milliseconds since 1970";

        // Seconds of today have ten digits before the point and milliseconds thirteen.
        const double FirstMilliseconds = 1e11;
        const double LastMilliseconds = 253_402_300_799_999;
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            var milliseconds = number < FirstMilliseconds ? number * 1000 : number;
            return milliseconds <= LastMilliseconds ? Set(ref _time, DateTime.UnixEpoch.AddTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond))) : Right;
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? Set(ref _time, time.UtcDateTime)
            : Right;
    }

    private string? TakeLatency(string value)
    {
        const double Longest = 86_400_000;
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= Longest)
        {
            return Set(ref _latency, TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond)));
        }

        return DurationText.TryParse(value, out var latency) && latency >= TimeSpan.Zero && latency.TotalMilliseconds <= Longest
            ? Set(ref _latency, latency)
            : "milliseconds, or a duration such as '250 ms' or '00:00:00.250', of a day at most";
    }

    private string? TakeCost(string unit, string value)
    {
        if (!NumberText.TryParseAmount(value, out var amount) || !OptionBounds.EndpointCost.Contains(amount))
        {
            return OptionBounds.EndpointCost.Right;
        }

        _costs.Add(UnitCost.Of(unit, amount));
        return null;
    }

    private string Kept(string value)
    {
        if (_kept.TryGetValue(value, out var kept))
        {
            return kept;
        }

        if (_kept.Count < MostKept)
        {
            _kept.Add(value, value);
        }

        return value;
    }

    private static string PathOf(string value)
    {
        var start = value.IndexOf("://", StringComparison.Ordinal);
        start = start < 0 ? 0 : value.IndexOf('/', start + 3);
        if (start < 0)
        {
            return "/";
        }

        var end = value.AsSpan(start).IndexOfAny('?', '#');
        return end < 0 ? value[start..] : value.Substring(start, end);
    }
}
