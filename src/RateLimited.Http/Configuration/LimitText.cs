using System.Globalization;

namespace RateLimited.Http.Configuration;

/// <summary>
/// The short form of a limit: <c>quota [unit]/window</c> or <c>quota [unit] concurrent</c>, then words. Total: every text is either a limit or a fault.
/// </summary>
internal sealed class LimitText
{
    public const string Example = "a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'";

    public const string PerTenant = " per tenant";

    private readonly LimitOptions _limit = new();
    private string[] _words;
    private int _next;
    private bool _algorithm;
    private bool _partition;

    private LimitText(string[] words) => _words = words;

    /// <summary>Reads a limit, or says what would have been right instead of the text.</summary>
    public static string? Read(string? text, out LimitOptions limit)
    {
        limit = new LimitOptions();
        if (string.IsNullOrWhiteSpace(text) || text.Length > OptionBounds.MaxTextLength)
        {
            return Example;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var reader = new LimitText(Words(slash < 0 ? text : text[..slash]));
        if (slash < 0 && reader.Adaptive() is { } adaptive)
        {
            limit = reader._limit;
            return adaptive.Length > 0 ? adaptive : reader.Rest() ?? LimitFaults.First(limit);
        }

        if (reader.Amount() is { } fault)
        {
            return fault;
        }

        limit = reader._limit;
        if (slash < 0)
        {
            return reader.Concurrent() ?? reader.Rest() ?? LimitFaults.First(limit);
        }

        if (reader._next < reader._words.Length)
        {
            return Unexpected(reader._words[reader._next], "one unit before the '/'");
        }

        reader._words = Words(text[(slash + 1)..]);
        reader._next = 0;
        return reader.Window() ?? reader.Rest() ?? LimitFaults.First(limit);
    }

    /// <summary>The default name: what the limit grants, without how it counts.</summary>
    public static string Name(LimitOptions limit)
    {
        var unit = limit.Unit == UnitCost.Requests ? string.Empty : $" {limit.Unit}";
        var window = limit.Algorithm switch
        {
            LimitAlgorithm.Concurrency => " concurrent",
            LimitAlgorithm.AdaptiveConcurrency => " concurrent adaptive",
            LimitAlgorithm.AdaptiveRate => $"/{DurationText.Format(limit.Window ?? TimeSpan.Zero)} adaptive",
            _ => $"/{DurationText.Format(limit.Window ?? TimeSpan.Zero)}",
        };
        var partition = limit.Partition switch
        {
            PartitionBy.Tenant => PerTenant,
            PartitionBy.Name => " per name",
            PartitionBy.Key => " per key",
            _ => string.Empty,
        };
        return limit.IsAdaptive && limit.Quota == 0
            ? $"adaptive {Learned(limit.Algorithm)}{(unit.Length == 0 ? unit : " of" + unit)}{partition}"
            : string.Create(CultureInfo.InvariantCulture, $"{limit.Quota}{unit}{window}{partition}");
    }

    /// <summary>The whole limit but its name, so that two limits are the same exactly when their texts are.</summary>
    public static string Format(LimitOptions limit)
    {
        var how = limit.Algorithm switch
        {
            LimitAlgorithm.TokenBucket => " token-bucket",
            LimitAlgorithm.FixedWindow => limit.Anchor switch
            {
                WindowAnchor.FirstUse => " fixed first-use",
                WindowAnchor.Announced => " fixed announced",
                _ => limit.TimeZone is { } zone ? $" fixed {zone}" : " fixed",
            },
            _ => string.Empty,
        };
        var pace = limit.Pace switch
        {
            QuotaPace.Even => " pace even",
            QuotaPace.Profile => " pace profile",
            _ => string.Empty,
        };
        var burst = limit.Burst is { } most && most != limit.UsualBurst ? string.Create(CultureInfo.InvariantCulture, $" burst {most}") : string.Empty;
        var initial = limit.Initial is { } first ? string.Create(CultureInfo.InvariantCulture, $" initial {first}") : string.Empty;
        var minimum = limit.Minimum is { } least ? string.Create(CultureInfo.InvariantCulture, $" min {least}") : string.Empty;
        return Name(limit) + how + pace + burst + initial + minimum;
    }

    private static string Learned(LimitAlgorithm algorithm) => algorithm switch
    {
        LimitAlgorithm.AdaptiveRate => "rate",
        LimitAlgorithm.AdaptiveConcurrency => "concurrency",
        _ => "throttle",
    };

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Unexpected(string word, string right) => $"{right}, not '{Fault.Excerpt(word)}'";

    /// <summary>Reads a limit without a quota. Null where it is none, else what is wrong with it or nothing.</summary>
    private string? Adaptive()
    {
        if (_words.Length == 0 || !Is(_words[0], "adaptive"))
        {
            return null;
        }

        LimitAlgorithm[] learned = [LimitAlgorithm.AdaptiveRate, LimitAlgorithm.AdaptiveConcurrency, LimitAlgorithm.AdaptiveThrottle];
        var found = Array.FindIndex(learned, algorithm => _words.Length > 1 && Is(_words[1], Learned(algorithm)));
        if (found < 0)
        {
            return "'adaptive rate', 'adaptive concurrency' or 'adaptive throttle'";
        }

        (_algorithm, _limit.Algorithm, _next) = (true, learned[found], 2);
        if (_words.Length > 3 && Is(_words[2], "of"))
        {
            (_limit.Unit, _next) = (_words[3], 4);
        }

        return string.Empty;
    }

    private string? Amount()
    {
        if (_next == _words.Length || !NumberText.TryParse(_words[_next], out var quota))
        {
            return Example;
        }

        _limit.Quota = quota;
        _next++;
        if (_next < _words.Length && !IsReserved(_words[_next]))
        {
            _limit.Unit = _words[_next++];
        }

        return null;
    }

    private string? Concurrent()
    {
        if (_next == _words.Length || !Is(_words[_next], "concurrent"))
        {
            return Example;
        }

        _next++;
        _algorithm = true;
        _limit.Algorithm = LimitAlgorithm.Concurrency;
        return null;
    }

    private string? Window()
    {
        if (_next == _words.Length)
        {
            return OptionBounds.Window.Right;
        }

        var word = _words[_next++];
        if (_next < _words.Length && NumberText.TryParse(word, out _))
        {
            word = $"{word} {_words[_next++]}";
        }

        if (!DurationText.TryParse(word, out var window))
        {
            return Unexpected(word, OptionBounds.Window.Right);
        }

        _limit.Window = window;
        return null;
    }

    private string? Rest()
    {
        while (_next < _words.Length)
        {
            if (Word(_words[_next++]) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? Word(string word) => word.ToUpperInvariant() switch
    {
        "SLIDING" => Algorithm(LimitAlgorithm.SlidingWindow),
        "TOKEN-BUCKET" => Algorithm(LimitAlgorithm.TokenBucket),
        "FIXED" => Algorithm(LimitAlgorithm.FixedWindow) ?? Anchor(),
        "BURST" => Burst(),
        "ADAPTIVE" => AdaptiveBelow(),
        "INITIAL" => Number("initial", _limit.Initial, value => _limit.Initial = value),
        "MIN" => Number("min", _limit.Minimum, value => _limit.Minimum = value),
        "PACE" => Pace(),
        "PER" => Partition(),
        _ => Unexpected(word, "'sliding', 'token-bucket', 'fixed', 'burst', 'adaptive', 'initial', 'min', 'pace even', 'pace profile', 'per tenant', 'per name' or 'per key' after the window"),
    };

    private string? Algorithm(LimitAlgorithm algorithm)
    {
        if (_algorithm && _limit.Algorithm != algorithm)
        {
            return "one algorithm";
        }

        _algorithm = true;
        _limit.Algorithm = algorithm;
        return null;
    }

    /// <summary>The quota is a ceiling, below which the limit is learned.</summary>
    private string? AdaptiveBelow()
    {
        if (_limit.Algorithm == LimitAlgorithm.Concurrency)
        {
            _limit.Algorithm = LimitAlgorithm.AdaptiveConcurrency;
            return null;
        }

        return _algorithm ? "one algorithm" : Algorithm(LimitAlgorithm.AdaptiveRate);
    }

    private string? Number(string word, long? known, Action<long> assign)
    {
        if (known is not null || _next == _words.Length || !NumberText.TryParse(_words[_next++], out var value))
        {
            return $"'{word}' once, with a whole number behind it";
        }

        assign(value);
        return null;
    }

    private string? Anchor()
    {
        if (_next == _words.Length || IsReserved(_words[_next]))
        {
            return null;
        }

        var word = _words[_next++];
        if (Is(word, "first-use"))
        {
            _limit.Anchor = WindowAnchor.FirstUse;
        }
        else if (Is(word, "announced"))
        {
            _limit.Anchor = WindowAnchor.Announced;
        }
        else
        {
            _limit.TimeZone = word;
        }

        return null;
    }

    private string? Burst()
    {
        if (_limit.Burst is not null || _next == _words.Length || !NumberText.TryParse(_words[_next++], out var burst))
        {
            return "'burst' once, with a whole number behind it";
        }

        _limit.Burst = burst;
        return _limit.Pace == QuotaPace.None ? Algorithm(LimitAlgorithm.TokenBucket) : null;
    }

    private string? Pace()
    {
        var word = _next < _words.Length ? _words[_next++] : string.Empty;
        QuotaPace? pace = Is(word, "even") ? QuotaPace.Even : Is(word, "profile") ? QuotaPace.Profile : null;
        if (pace is null || _limit.Pace != QuotaPace.None)
        {
            return "'pace even' or 'pace profile', once";
        }

        _limit.Pace = pace.Value;
        return null;
    }

    private string? Partition()
    {
        var word = _next < _words.Length ? _words[_next++] : string.Empty;
        PartitionBy? partition = Is(word, "tenant") ? PartitionBy.Tenant : Is(word, "name") ? PartitionBy.Name : Is(word, "key") ? PartitionBy.Key : null;
        if (partition is null || _partition)
        {
            return "'per tenant', 'per name' or 'per key', once";
        }

        _partition = true;
        _limit.Partition = partition.Value;
        return null;
    }

    private static bool IsReserved(string word) =>
        Is(word, "concurrent") || Is(word, "sliding") || Is(word, "token-bucket") || Is(word, "fixed") || Is(word, "burst") || Is(word, "per")
        || Is(word, "adaptive") || Is(word, "initial") || Is(word, "min") || Is(word, "pace");

    private static bool Is(string word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}
