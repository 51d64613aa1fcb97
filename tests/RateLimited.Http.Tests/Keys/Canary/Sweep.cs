using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Tests.Keys.Canary;

/// <summary>
/// Everything that a program says to anybody, while it is alive: logs of all categories at all levels with their scopes and values, metrics of all meters, spans of all sources, events of .NET's networking, and
/// whatever a test hands in. Looks for a secret in all of it, as it is and in every other spelling.
/// </summary>
internal sealed class Sweep : EventListener, ILoggerProvider
{
    /// <summary>What every secret begins with: a part of one is found too.</summary>
    private const string Beginning = "CANARY";

    private readonly ConcurrentQueue<(string Where, string Said)> _said = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;
    private readonly string[] _spellings;
    private readonly AsyncLocal<Scope?> _scope = new();

    public Sweep(params string[] secrets)
    {
        _spellings = [.. secrets.SelectMany(Spellings).Distinct(StringComparer.OrdinalIgnoreCase)];
        _activities = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Hear,
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<long>(Hear);
        _meters.SetMeasurementEventCallback<int>(Hear);
        _meters.SetMeasurementEventCallback<double>(Hear);
        _meters.Start();
    }

    public int Count => _said.Count;

    /// <summary>Where something was heard from.</summary>
    public IEnumerable<string> Sources => _said.Select(static said => said.Where).Distinct(StringComparer.Ordinal);

    /// <summary>Where the secret shows.</summary>
    public IReadOnlyList<string> Found => [.. _said.Where(said => Shows(said.Said)).Select(static said => $"{said.Where}: {said.Said}").Distinct(StringComparer.Ordinal)];

    /// <summary>Takes in what a test got hold of, as it prints.</summary>
    public void Hear(string where, object? thing) => _said.Enqueue((where, Print(thing)));

    public void Collect() => _meters.RecordObservableInstruments();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public override void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
        base.Dispose();
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Http" or "System.Net.Sockets" or "System.Net.NameResolution" or "System.Net.Security" or "System.Threading.Tasks.TplEventSource" or "Microsoft-Extensions-Logging")
        {
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
        _said?.Enqueue(($"event source {eventData.EventSource.Name}", $"{eventData.EventName} {eventData.Message} {string.Join(' ', eventData.Payload?.Select(Print) ?? [])}"));

    private static IEnumerable<string> Spellings(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return System.Net.WebUtility.UrlEncode(secret);
        yield return System.Text.Json.JsonEncodedText.Encode(secret).ToString();
        yield return Convert.ToHexString(bytes);
        yield return BitConverter.ToString(bytes);
        yield return new string([.. secret.Reverse()]);

        // In Base64 a text has three spellings, by where in it the text begins; its first and last letters depend on what stands around it.
        for (var shift = 0; shift < 3; shift++)
        {
            byte[] shifted = [.. Enumerable.Repeat((byte)' ', shift), .. bytes];
            yield return Convert.ToBase64String(shifted)[(shift == 0 ? 0 : 4)..^4];
        }
    }

    private static string Print(object? thing) => thing switch
    {
        null => string.Empty,
        Exception exception => $"{exception} {string.Join(' ', Chain(exception).SelectMany(static each => each.Data.Cast<System.Collections.DictionaryEntry>()).Select(static pair => $"{pair.Key}={Print(pair.Value)}"))}",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IEnumerable<KeyValuePair<string, object?>> pairs => string.Join(' ', pairs.Select(static pair => $"{pair.Key}={Print(pair.Value)}")),
        string text => text,
        System.Collections.IEnumerable things => string.Join(' ', things.Cast<object?>().Select(Print)),
        IFormattable formattable => formattable.ToString(format: null, CultureInfo.InvariantCulture),
#pragma warning disable MA0150 // Whatever it prints is what is looked at.
        _ => thing.ToString() ?? string.Empty,
#pragma warning restore MA0150
    };

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var each = (Exception?)exception; each is not null; each = each.InnerException)
        {
            yield return each;
        }
    }

    /// <summary>In capitals only, as the names of these tests are not.</summary>
    private bool Shows(string said) => said.Contains(Beginning, StringComparison.Ordinal) || _spellings.Any(spelling => said.Contains(spelling, StringComparison.OrdinalIgnoreCase));

    private void Hear(Activity activity) => Hear(
        $"activity source {activity.Source.Name}",
        $"{activity.OperationName} {activity.DisplayName} {activity.StatusDescription} {Print(activity.TagObjects)} {string.Join(' ', activity.Events.Select(static each => $"{each.Name} {Print(each.Tags)}"))} {string.Join(' ', activity.Baggage.Select(static pair => $"{pair.Key}={pair.Value}"))}");

    private void Hear<T>(Instrument instrument, T measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct => Hear($"meter {instrument.Meter.Name}", $"{instrument.Name} {Print(tags.ToArray())} {measurement}");

    private sealed record Scope(string Text, Scope? Outer);

    private sealed class Logger(Sweep sweep, string category) : ILogger
    {
        public IDisposable BeginScope<TState>(TState state)
            where TState : notnull
        {
            var outer = sweep._scope.Value;
            sweep._scope.Value = new Scope(Print(state), outer);
            return new Leaving(() => sweep._scope.Value = outer);
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            sweep.Hear($"log {category}", $"{formatter(state, exception)} {Print(state)} {Print(exception)}");
            for (var scope = sweep._scope.Value; scope is not null; scope = scope.Outer)
            {
                sweep.Hear($"log {category}", scope.Text);
            }
        }
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
