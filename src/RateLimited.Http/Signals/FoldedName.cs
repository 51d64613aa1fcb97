using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RateLimited.Http.Signals;

/// <summary>
/// A header's name to compare others with, without regard to case; a header's name is ASCII. Upstreams write one and the same in three ways, and to compare long ones as any text takes as long as reading what
/// the header says.
/// </summary>
internal readonly struct FoldedName
{
    /// <summary>The bit in which the cases of a letter differ.</summary>
    private const char CaseBit = ' ';

    private readonly string? _lower;

    /// <summary>That bit where there is a letter, and nothing elsewhere.</summary>
    private readonly string _letters;

    public FoldedName(string name)
    {
        _lower = name.ToLowerInvariant();
        _letters = string.Create(name.Length, _lower, static (letters, lower) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = char.IsAsciiLetterLower(lower[i]) ? CaseBit : '\0';
            }
        });
    }

    /// <summary>Whether there is none.</summary>
    public bool IsNone => _lower is null;

    /// <summary>Whether a name is this one.</summary>
    public bool Is(string name)
    {
        if (name.Length != _lower!.Length)
        {
            return false;
        }

        // Sixteen at a time, the last sixteen once more with some of those before them.
        var last = name.Length - Vector256<ushort>.Count;
        if (last < 0)
        {
            return string.Equals(name, _lower, StringComparison.OrdinalIgnoreCase);
        }

        ref var characters = ref Characters(name);
        ref var letters = ref Characters(_letters);
        ref var lower = ref Characters(_lower);
        for (var at = 0; at < last; at += Vector256<ushort>.Count)
        {
            if (!AreSame(ref characters, ref letters, ref lower, at))
            {
                return false;
            }
        }

        return AreSame(ref characters, ref letters, ref lower, last);
    }

    private static bool AreSame(ref ushort characters, ref ushort letters, ref ushort lower, int at) =>
        (Vector256.LoadUnsafe(ref characters, (nuint)at) | Vector256.LoadUnsafe(ref letters, (nuint)at)) == Vector256.LoadUnsafe(ref lower, (nuint)at);

    private static ref ushort Characters(string text) => ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text.AsSpan()));
}
