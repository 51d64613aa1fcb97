using System.Globalization;
using System.Text;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>
/// A Redis in memory: the commands that the script calls, keys that expire by the server's own clock, which may jump, and a copy that lags behind, to fall back to. One thread, as the real one.
/// </summary>
/// <param name="text">The script that it knows once it was given it, whatever its hash.</param>
/// <param name="now">Virtual time, in ticks.</param>
/// <param name="publish">Where messages go.</param>
internal sealed class VirtualRedis(string text, Func<long> now, Action<string, string> publish) : IDisposable
{
    private const long MicrosPerMilli = 1_000;

    /// <summary>The time to live of a key that is not there.</summary>
    private const long NoKey = -2;

    private static readonly long StartMicros = (Worlds.World.Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private Dictionary<string, Entry> _keys = new(StringComparer.Ordinal);
    private Dictionary<string, Entry> _copy = new(StringComparer.Ordinal);
    private LuaScript? _script;
    private long _clock;
    private bool _isKnown;

    /// <summary>By how much its clock is ahead of the world's, in microseconds.</summary>
    public long Ahead { get; set; }

    /// <summary>How often the script ran.</summary>
    public int Runs { get; private set; }

    /// <summary>How many keys it has that have not expired.</summary>
    public int Live
    {
        get
        {
            Tick();
            return _keys.Values.Count(entry => entry.Ends > _clock / MicrosPerMilli);
        }
    }

    /// <summary>The values that were written last.</summary>
    public List<(string Key, byte[] Value)> Written { get; } = [];

    /// <summary>Runs a script that it was given before.</summary>
    /// <exception cref="ScriptErrorException">It was not, or the script says so.</exception>
    public byte[] Run(IReadOnlyList<byte[]> keys, IReadOnlyList<byte[]> values) =>
        _isKnown ? LoadAndRun(keys, values) : throw new ScriptErrorException("NOSCRIPT No matching script. Please use EVAL.");

    /// <summary>Is given the script, and runs it.</summary>
    public byte[] LoadAndRun(IReadOnlyList<byte[]> keys, IReadOnlyList<byte[]> values)
    {
        (_isKnown, Runs) = (true, Runs + 1);
        _script ??= new LuaScript(text, Call);
        Tick();
        Written.Clear();
        return _script.Run(keys, values);
    }

    public void FlushScripts() => _isKnown = false;

    /// <summary>All that it has is gone, the script as well.</summary>
    public void Lose() => (_keys, _isKnown) = (new Dictionary<string, Entry>(StringComparer.Ordinal), false);

    /// <summary>The replica has caught up.</summary>
    public void Copy() => _copy = new Dictionary<string, Entry>(_keys, StringComparer.Ordinal);

    /// <summary>The replica takes over with what it has. It never saw the script.</summary>
    public void FailOver() => (_keys, _isKnown) = (new Dictionary<string, Entry>(_copy, StringComparer.Ordinal), false);

    /// <summary>All that it has, a line for each key: the key, until when it lives in milliseconds, and its value.</summary>
    public IEnumerable<string> Saved() => _keys.OrderBy(static key => key.Key, StringComparer.Ordinal).Select(static key => string.Create(CultureInfo.InvariantCulture, $"{key.Key} {key.Value.Ends} {Convert.ToBase64String(key.Value.Value)}"));

    /// <summary>Has what another once had, instead of what it has.</summary>
    public void Restore(IEnumerable<string> saved) =>
        _keys = saved.Select(static line => line.Split(' ')).ToDictionary(static parts => parts[0], static parts => new Entry(Convert.FromBase64String(parts[2]), long.Parse(parts[1], CultureInfo.InvariantCulture)), StringComparer.Ordinal);

    public void Dispose() => _script?.Dispose();

    /// <summary>In a script time stands still.</summary>
    private void Tick() => _clock = StartMicros + (now() / TimeSpan.TicksPerMicrosecond) + Ahead;

    private object Call(byte[][] arguments) => Text(arguments[0]) switch
    {
        "TIME" => (byte[][])[Bytes(_clock / 1_000_000), Bytes(_clock % 1_000_000)],
        "GET" => Get(Text(arguments[1])) is { } value ? value : false,
        "PTTL" => TimeToLive(Text(arguments[1])),
        "GETRANGE" => Range(Get(Text(arguments[1])) ?? [], Number(arguments[2]), Number(arguments[3])),
        "SETRANGE" => SetRange(Text(arguments[1]), (int)Number(arguments[2]), arguments[3]),
        "SET" => Set(arguments),
        "PUBLISH" => Publish(Text(arguments[1]), Text(arguments[2])),
        var other => throw new ScriptErrorException($"ERR unknown command '{other}'"),
    };

    private byte[]? Get(string key) => _keys.TryGetValue(key, out var entry) && entry.Ends > _clock / MicrosPerMilli ? entry.Value : null;

    private long TimeToLive(string key) => Get(key) is null ? NoKey : _keys[key].Ends - (_clock / MicrosPerMilli);

    private static byte[] Range(byte[] value, long first, long last)
    {
        first = first < 0 ? Math.Max(value.Length + first, 0) : first;
        last = Math.Min(last < 0 ? value.Length + last : last, value.Length - 1);
        return first > last ? [] : value[(int)first..((int)last + 1)];
    }

    /// <summary>Of a key that is there already the time to live stays; another would have none.</summary>
    private byte[] SetRange(string key, int offset, byte[] part)
    {
        var was = Get(key);
        var value = new byte[Math.Max(was?.Length ?? 0, offset + part.Length)];
        was?.CopyTo(value, 0);
        part.CopyTo(value, offset);
        Write(key, new Entry(value, was is null ? long.MaxValue : _keys[key].Ends));
        return Bytes(value.Length);
    }

    private object Set(byte[][] arguments)
    {
        var (key, ends, answersOld, onlyOld) = (Text(arguments[1]), long.MaxValue, false, false);
        var old = Get(key);
        for (var i = 3; i < arguments.Length; i++)
        {
            switch (Text(arguments[i]))
            {
                case "PX":
                    var lives = Number(arguments[++i]);
                    ends = lives > 0 ? (_clock / MicrosPerMilli) + lives : throw new ScriptErrorException("ERR invalid expire time in 'set' command");
                    break;
                case "KEEPTTL":
                    ends = old is null ? long.MaxValue : _keys[key].Ends;
                    break;
                case "XX":
                    onlyOld = true;
                    break;
                case "GET":
                    answersOld = true;
                    break;
                default:
                    throw new ScriptErrorException("ERR syntax error");
            }
        }

        if (onlyOld && old is null)
        {
            return false;
        }

        Write(key, new Entry(arguments[2], ends));
        return !answersOld ? "OK"u8.ToArray() : old is null ? false : old;
    }

    private void Write(string key, Entry entry)
    {
        if (entry.Ends == long.MaxValue)
        {
            throw new ScriptErrorException($"ERR {key} would live for ever");
        }

        _keys[key] = entry;
        Written.Add((key, entry.Value));
    }

    private byte[] Publish(string channel, string message)
    {
        publish(channel, message);
        return Bytes(1);
    }

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static byte[] Bytes(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static long Number(byte[] bytes) =>
        long.TryParse(bytes, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new ScriptErrorException("ERR value is not an integer or out of range");

    private readonly record struct Entry(byte[] Value, long Ends);
}
