using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace RateLimited.Http.Configuration;

/// <summary>What came of reading a source: keys, or what is wrong with it, in words that repeat nothing of it.</summary>
internal readonly record struct KeyReading(IReadOnlyList<KeyOptions>? Keys, string? Fault);

/// <summary>Reads keys from texts.</summary>
internal static class KeyTexts
{
    /// <summary>Far more than the longest list of the longest keys that anybody has.</summary>
    private const int LargestFile = 1_048_576;

    /// <summary>Keys between commas.</summary>
    public static KeyReading OfVariable(string variable, string path)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        return text is null ? new KeyReading(null, "no such variable") : Of(text.Split(','), path, isComment: static _ => false);
    }

    /// <summary>A key on each line; what begins with # is none.</summary>
    public static KeyReading OfFile(string file, string path) => TryReadFile(file, out var content)
        ? Of(Encoding.UTF8.GetString(content).TrimStart('\uFEFF').Split('\n'), path, static line => line.StartsWith('#'))
        : new KeyReading(null, "no such file, or none that can be read");

    /// <summary>What a program's source has.</summary>
    public static KeyReading OfSource(IApiKeySource source, string path)
    {
        IReadOnlyList<KeyOptions>? keys;
        try
        {
            keys = source.GetKeys();
        }
#pragma warning disable CA1031 // It is the program's code, and what it throws may hold a key.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new KeyReading(null, $"it failed with {exception.GetType().Name}");
        }

        if (keys is not { Count: > 0 })
        {
            return new KeyReading(null, "no key");
        }

        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i]?.Value is null)
            {
                return new KeyReading(null, string.Create(CultureInfo.InvariantCulture, $"no key at {i}"));
            }

            keys[i].Path ??= string.Create(CultureInfo.InvariantCulture, $"{path}:{i}");
        }

        return new KeyReading([.. keys], null);
    }

    /// <summary>Reads a file that is not too large. Never throws.</summary>
    public static bool TryReadFile(string file, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length <= LargestFile)
            {
                content = new byte[stream.Length];
                stream.ReadExactly(content);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            content = null;
        }

        return content is not null;
    }

    private static KeyReading Of(string[] texts, string path, Func<string, bool> isComment)
    {
        var keys = new List<KeyOptions>();
        for (var i = 0; i < texts.Length; i++)
        {
            var text = texts[i].Trim();
            if (text.Length == 0 || isComment(text))
            {
                continue;
            }

            var place = (i + 1).ToString(CultureInfo.InvariantCulture);
            if (!ApiKey.TryCreate(text, out var key))
            {
                return new KeyReading(null, $"something that is no key at {place}");
            }

            keys.Add(new KeyOptions { Value = key, Path = $"{path}:{place}" });
        }

        return keys.Count > 0 ? new KeyReading(keys, null) : new KeyReading(null, "no key");
    }
}
