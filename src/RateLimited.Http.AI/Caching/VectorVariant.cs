using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Caching;

/// <summary>What the embeddings of one call have in common, written so that no two different things are written alike: lengths stand before what has one. Immutable.</summary>
internal sealed class VectorVariant
{
    /// <summary>What is kept was written by another layout of this or of the vectors when this changes.</summary>
    private const int Layout = 1;

    private const int StackBytes = 1_024;

    private readonly byte[] _written;

    private VectorVariant(byte[] written, int? dimensions) => (_written, Dimensions) = (written, dimensions);

    /// <summary>How many numbers a vector must have; null where the model decides.</summary>
    public int? Dimensions { get; }

    /// <summary>The variant of a call; null where its options hold what cannot be compared, so that nothing of it may be kept.</summary>
    public static VectorVariant? Of(string model, EmbeddingGenerationOptions? options)
    {
        if (options?.RawRepresentationFactory is not null)
        {
            return null;
        }

        var writer = new ArrayBufferWriter<byte>();
        Write(writer, Layout);
        Write(writer, model);
        Write(writer, options?.Dimensions ?? -1);
        foreach (var (name, value) in (options?.AdditionalProperties ?? []).OrderBy(static property => property.Key, StringComparer.Ordinal))
        {
            if (TextOf(value) is not { } text)
            {
                return null;
            }

            Write(writer, name);
            Write(writer, value?.GetType().Name ?? "");
            Write(writer, text);
        }

        // No name is so long: what follows is the text.
        Write(writer, -1);
        return new VectorVariant(writer.WrittenSpan.ToArray(), options?.Dimensions);
    }

    /// <summary>The key of a text. Its UTF-16 is hashed as it is, for two texts with different broken pairs in them would be one in UTF-8.</summary>
    public VectorKey KeyOf(string text)
    {
        var characters = MemoryMarshal.AsBytes(text.AsSpan());
        var length = _written.Length + characters.Length;
        var rented = length > StackBytes ? ArrayPool<byte>.Shared.Rent(length) : null;
        var all = (rented ?? stackalloc byte[StackBytes])[..length];
        _written.CopyTo(all);
        characters.CopyTo(all[_written.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(all, hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }

        return MemoryMarshal.Read<VectorKey>(hash);
    }

    private static string? TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        bool or Enum => value.ToString(),
        byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal => ((IFormattable)value).ToString(format: null, CultureInfo.InvariantCulture),
        JsonElement json => json.GetRawText(),
        _ => null,
    };

    private static void Write(ArrayBufferWriter<byte> writer, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(sizeof(int)), number);
        writer.Advance(sizeof(int));
    }

    private static void Write(ArrayBufferWriter<byte> writer, string text)
    {
        Write(writer, text.Length);
        writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
