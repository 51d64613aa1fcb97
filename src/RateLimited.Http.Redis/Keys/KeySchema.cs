using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RateLimited.Http.Redis.Keys;

/// <summary>
/// How keys are named: <c>{prefix}:v2:{tag}:{kind}[:{id}]</c>. The tag, in braces, is the service's, so that all of its keys lie on one node of a cluster. Tags and ids are 26 letters of a fixed
/// alphabet, made of names by HMAC-SHA256: whatever a name holds, it ends no tag, matches no pattern and cannot be read in a dump. Immutable.
/// </summary>
internal sealed class KeySchema
{
    /// <summary>The version of what lies under the keys. Another one has other keys, so that processes of two versions never misread each other.</summary>
    public const int Version = 2;

    /// <summary>The longest prefix: keys stay short, which Redis pays for with every one.</summary>
    public const int LongestPrefix = 32;

    /// <summary>How long a secret is at least that API keys are hashed with, in bytes: what is shorter can be found out by trying, and the keys after it.</summary>
    public const int ShortestKeySecret = 16;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int BitsPerLetter = 5;
    private const int IdBytes = 16;
    private const int IdLetters = ((IdBytes * 8) + BitsPerLetter - 1) / BitsPerLetter;

    /// <summary>Integers below it are exact in a script.</summary>
    private const ulong LimitIds = 1UL << 52;

    private readonly byte[] _secret;

    /// <param name="prefix">What all keys begin with: letters, digits, dots, dashes and underscores.</param>
    /// <param name="secret">What names are hashed with; the same in all processes that share the limits.</param>
    public KeySchema(string prefix, ReadOnlySpan<byte> secret)
    {
        if (!IsPrefix(prefix))
        {
            throw new ArgumentException($"A prefix of keys has 1 to {LongestPrefix} letters, digits, dots, dashes or underscores.", nameof(prefix));
        }

        Prefix = prefix;
        _secret = secret.ToArray();
    }

    public string Prefix { get; }

    /// <summary>Whether a text can be a prefix.</summary>
    public static bool IsPrefix(string? text) =>
        text is { Length: > 0 and <= LongestPrefix } && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');

    /// <summary>The keys of a service; without a name, those of the limits over all services.</summary>
    public ServiceKeys Of(string service) => new(this, StemOf(service));

    /// <summary>The keys of a service where they lie with those of all others and of the limits over all, so that one script reaches them.</summary>
    public ServiceKeys Beside(string service) => new(this, $"{StemOf(string.Empty)}:{IdOf("service", service)}", Of(string.Empty));

    private string StemOf(string service) => $"{Prefix}:v{Version}:{{{IdOf("service", service)}}}";

    /// <summary>The id of what has these names. Other names, or as many in another order, have another id.</summary>
    public string IdOf(params ReadOnlySpan<string> names)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash(names, hash);
        return Encode(hash[..IdBytes]);
    }

    /// <summary>The id of what has these names and belongs to an API key.</summary>
    /// <exception cref="InvalidOperationException">The secret is too short.</exception>
    public string IdOfKey(ApiKey key, params ReadOnlySpan<string> names) => _secret.Length >= ShortestKeySecret
        ? IdOf([.. names, key.Reveal()])
        : throw new InvalidOperationException($"API keys are hashed with a secret of {ShortestKeySecret} bytes at least, or not at all.");

    /// <summary>The id of a limit among those that stand under one key: a number that a script reads exactly.</summary>
    public long LimitIdOf(params ReadOnlySpan<string> names)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash(names, hash);
        return (long)(BinaryPrimitives.ReadUInt64LittleEndian(hash) % (LimitIds - 1)) + 1;
    }

    /// <summary>
    /// Every name with its length before it, in UTF-16 as it stands in memory: an encoding that replaces what it cannot say would let two names meet. .NET runs on little-endian machines, but for
    /// one that shares no Redis with others.
    /// </summary>
    private void Hash(ReadOnlySpan<string> names, Span<byte> hash)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        Span<byte> number = stackalloc byte[sizeof(int)];
        foreach (var name in names)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, name.Length);
            hmac.AppendData(number);
            hmac.AppendData(MemoryMarshal.AsBytes(name.AsSpan()));
        }

        hmac.GetHashAndReset(hash);
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> letters = stackalloc char[IdLetters];
        var (bits, count, next) = (0, 0, 0);
        foreach (var each in bytes)
        {
            (bits, count) = ((bits << 8) | each, count + 8);
            while (count >= BitsPerLetter)
            {
                count -= BitsPerLetter;
                letters[next++] = Alphabet[(bits >> count) & 31];
            }
        }

        letters[next] = Alphabet[(bits << (BitsPerLetter - count)) & 31];
        return new string(letters);
    }
}
