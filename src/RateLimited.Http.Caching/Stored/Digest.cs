using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RateLimited.Http.Caching.Stored;

/// <summary>What stands for texts that are not held in memory: addresses, keys and tenants are among them.</summary>
/// <param name="Value">The first half of their SHA-256.</param>
internal readonly record struct Digest(UInt128 Value)
{
    /// <summary>Of texts in their order. Each counts with its length, so that two of them never read as two others.</summary>
    public static Digest Of(IEnumerable<string?> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            hash.AppendData(BitConverter.GetBytes(text?.Length ?? -1));
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return new Digest(MemoryMarshal.Read<UInt128>(bytes));
    }
}
