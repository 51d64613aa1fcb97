using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Telemetry;

/// <summary>What one service has to say of its API keys, by their names. What listeners throw is swallowed. Thread-safe.</summary>
internal sealed class KeyTelemetry(RateLimitingInstruments instruments, ILogger log, string service)
{
    /// <summary>A key is otherwise than before.</summary>
    public void Changed(string key, KeyState state) => Quietly.Say(() =>
    {
        var name = TagValues.KeyStates[(int)state];
        Add(instruments.KeyChanges, key, TagValues.State, name);
        if (state is KeyState.Active or KeyState.RateLimited)
        {
            RateLimitingLog.KeyChanged(log, service, key, name);
        }
        else
        {
            RateLimitingLog.KeyTroubled(log, service, key, name);
        }
    });

    /// <summary>A request goes again with another key.</summary>
    /// <param name="key">The key that was refused.</param>
    /// <param name="reason">Why, one of <see cref="TagValues.MoveReasons"/>.</param>
    public void Moved(string key, int reason) => Quietly.Say(() =>
    {
        Add(instruments.KeyMoves, key, TagValues.Reason, TagValues.MoveReasons[reason]);
        RateLimitingLog.KeyMoved(log, service, key, TagValues.MoveReasons[reason]);
    });

    /// <summary>Which keys there are has changed.</summary>
    public void Replaced(int count) => Quietly.Say(() => RateLimitingLog.KeysChanged(log, service, count));

    /// <summary>A source of keys cannot be read, and the last good ones stay.</summary>
    /// <param name="source">Which one, by its place in the options.</param>
    /// <param name="fault">What is wrong, without anything that was read.</param>
    public void Unreadable(string source, string fault) => Quietly.Say(() => RateLimitingLog.KeysUnreadable(log, service, source, fault));

    /// <summary>It can be read again.</summary>
    public void Readable(string source) => Quietly.Say(() => RateLimitingLog.KeysReadable(log, service, source));

    internal KeyValuePair<string, object?>[] NameTags(string key) => [new(TagValues.Service, service), new(TagValues.Key, key)];

    internal KeyValuePair<string, object?>[] StateTags(KeyState state) => [new(TagValues.Service, service), new(TagValues.State, TagValues.KeyStates[(int)state])];

    internal KeyValuePair<string, object?>[] StateTags(string key, KeyState state) => [.. NameTags(key), new(TagValues.State, TagValues.KeyStates[(int)state])];

    private void Add(Counter<long> counter, string key, string tag, string value)
    {
        if (counter.Enabled)
        {
            counter.Add(1, new(TagValues.Service, service), new(TagValues.Key, key), new(tag, value));
        }
    }
}
