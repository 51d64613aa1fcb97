using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using RateLimited.Http.Redis.Keys;

namespace RateLimited.Http.Redis.Watching;

/// <summary>
/// Closes what processes say of tenants, so that only who has <see cref="RedisStoreOptions.Secret"/> reads or writes it, and of the same service alone: AES-256-GCM under a key of its own for every text, made of the secret and
/// 32 random bytes by HKDF (RFC 5869). No key is used twice, so that no number need be counted. Thread-safe.
/// </summary>
internal sealed class TrafficSeal
{
    private const int SaltBytes = 32;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;

    private readonly byte[] _secret;

    private TrafficSeal(byte[] secret) => _secret = secret;

    /// <summary>Null where the secret could be found out by trying, or there is none.</summary>
    public static TrafficSeal? Of(string? secret) => Encoding.UTF8.GetBytes(secret ?? string.Empty) is { Length: >= KeySchema.ShortestKeySecret } bytes ? new TrafficSeal(bytes) : null;

    /// <summary>How many bytes may be closed, so that what comes of them takes at most so many.</summary>
    public static int RoomIn(int bytes) => (bytes / 4 * 3) - SaltBytes - TagBytes;

    public string Close(string service, ReadOnlySpan<byte> text)
    {
        var closed = new byte[SaltBytes + TagBytes + text.Length];
        RandomNumberGenerator.Fill(closed.AsSpan(0, SaltBytes));
        using var aes = CipherOf(service, closed.AsSpan(0, SaltBytes));
        aes.Encrypt(stackalloc byte[NonceBytes], text, closed.AsSpan(SaltBytes + TagBytes), closed.AsSpan(SaltBytes, TagBytes));
        return Convert.ToBase64String(closed);
    }

    /// <summary>What was closed; null for what was not with this secret, for this service.</summary>
    public byte[]? Open(string service, string closed)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(closed.Length)];
        if (!Convert.TryFromBase64String(closed, bytes, out var length) || length < SaltBytes + TagBytes)
        {
            return null;
        }

        var text = new byte[length - SaltBytes - TagBytes];
        try
        {
            using var aes = CipherOf(service, bytes.AsSpan(0, SaltBytes));
            aes.Decrypt(stackalloc byte[NonceBytes], bytes.AsSpan(SaltBytes + TagBytes, text.Length), bytes.AsSpan(SaltBytes, TagBytes), text);
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private AesGcm CipherOf(string service, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, key, salt, Encoding.UTF8.GetBytes($"RateLimited.Http traffic {service}"));
        return new AesGcm(key, TagBytes);
    }
}
