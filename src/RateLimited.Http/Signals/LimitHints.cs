using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RateLimited.Http.Signals;

/// <summary>The limits that one response speaks of: room for sixteen, in place, so that reading them allocates nothing.</summary>
internal struct LimitHints
{
    public const int Capacity = 16;

    private Buffer _hints;
    private int _count;

    public readonly int Count => _count;

    [UnscopedRef]
    public readonly ReadOnlySpan<LimitHint> Span => ((ReadOnlySpan<LimitHint>)_hints)[.._count];

    [UnscopedRef]
    internal Span<LimitHint> Writable => ((Span<LimitHint>)_hints)[.._count];

    /// <summary>Forgets all. What stood there before is cleared when its place is taken again.</summary>
    internal void Clear() => _count = 0;

    /// <summary>The limit of that name and window, added if there is room; otherwise null.</summary>
    [UnscopedRef]
    internal ref LimitHint Of(SignalText name, string unit, long window, bool policy)
    {
        foreach (ref var hint in Writable)
        {
            if (hint.Name == name && hint.IsPolicy == policy && (!policy || (hint.Window?.Ticks ?? 0) == window))
            {
                return ref hint;
            }
        }

        if (_count == Capacity)
        {
            return ref Unsafe.NullRef<LimitHint>();
        }

        ref var added = ref ((Span<LimitHint>)_hints)[_count++];
        added = default;
        added.Name = name;
        added.Unit = unit;
        added.SayWindow(window);
        if (policy)
        {
            added.SayPolicy();
        }

        return ref added;
    }

    internal void RemoveAt(int index)
    {
        Span<LimitHint> all = _hints;
        all[(index + 1).._count].CopyTo(all[index..]);
        all[--_count] = default;
    }

    [InlineArray(Capacity)]
    private struct Buffer
    {
        private LimitHint _first;
    }
}
