using System.Runtime.InteropServices;

namespace RateLimited.Http.AI.Caching;

/// <summary>The SHA-256 of all that an embedding depends on: the text, the model, its dimensions, and what else a call's options say.</summary>
internal readonly record struct VectorKey(UInt128 First, UInt128 Second)
{
    /// <summary>The key as text, after a prefix.</summary>
    public string ToText(string prefix)
    {
        var key = this;
        return prefix + Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<VectorKey>(ref key)));
    }
}
