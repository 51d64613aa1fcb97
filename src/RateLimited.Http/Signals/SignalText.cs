namespace RateLimited.Http.Signals;

/// <summary>A piece of a header as the upstream wrote it, kept without a copy. Compared without regard to case, as header names are.</summary>
internal readonly struct SignalText : IEquatable<SignalText>
{
    /// <summary>Longer names are nobody's: the rest of them is not looked at.</summary>
    public const int MaxLength = 64;

    private readonly string? _source;
    private readonly int _start;
    private readonly int _length;

    public SignalText(string source, int start, int length)
    {
        _source = source;
        _start = start;
        _length = Math.Min(length, MaxLength);
    }

    public bool IsEmpty => _length == 0;

    public ReadOnlyMemory<char> Memory => _source.AsMemory(_start, _length);

    public ReadOnlySpan<char> Span => _source.AsSpan(_start, _length);

    public static implicit operator SignalText(string? text) => text is null ? default : new(text, 0, text.Length);

    public static bool operator ==(SignalText left, SignalText right) => left.Equals(right);

    public static bool operator !=(SignalText left, SignalText right) => !left.Equals(right);

    public bool Equals(SignalText other) =>
        _length == other._length && ((ReferenceEquals(_source, other._source) && _start == other._start) || Span.Equals(other.Span, StringComparison.OrdinalIgnoreCase));

    public override bool Equals(object? obj) => obj is SignalText other && Equals(other);

    public override int GetHashCode() => string.GetHashCode(Span, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => _source is not null && _start == 0 && _length == _source.Length ? _source : Span.ToString();
}
