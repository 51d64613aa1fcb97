using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace RateLimited.Http;

/// <summary>
/// An API key that nothing prints: not <see cref="ToString"/>, not a debugger, not a serializer, not an exception. Only <see cref="Reveal"/> gives its text out. Immutable and thread-safe.
/// </summary>
[DebuggerDisplay("hidden")]
[DebuggerTypeProxy(typeof(HiddenView))]
[JsonConverter(typeof(ApiKeyJsonConverter))]
public sealed class ApiKey : IEquatable<ApiKey>
{
    /// <summary>The longest text that a key may have: what servers take of one header line.</summary>
    public const int MaxLength = 8192;

    /// <summary>What stands in place of a key wherever one is printed.</summary>
    internal const string Hidden = "***";

    /// <summary>What a text must be to be a key.</summary>
    internal const string Right = "an API key of 1 to 8192 printable ASCII characters on one line, without spaces around it";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string _text;

    private ApiKey(string text) => _text = text;

    /// <summary>Makes a key of a text.</summary>
    /// <param name="text">1 to 8192 printable ASCII characters without spaces around them: what a header may hold as it is (RFC 9110, section 5.5).</param>
    /// <exception cref="ArgumentException">It is something else. The message does not say what.</exception>
    public static ApiKey Create(string text) =>
        TryCreate(text, out var key) ? key : throw new ArgumentException($"The text is no key; give {Right}.", nameof(text));

    /// <summary>Makes a key of a text if it is one; see <see cref="Create"/>. Never throws.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key, or null.</param>
    public static bool TryCreate([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ApiKey? key)
    {
        key = text is { Length: > 0 and <= MaxLength } && text[0] != ' ' && text[^1] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? new ApiKey(text) : null;
        return key is not null;
    }

    /// <summary>The key's text. Whoever asks for it answers for where it goes.</summary>
    public string Reveal() => _text;

    /// <summary>The same for every key.</summary>
    public override string ToString() => Hidden;

    /// <summary>Whether another key has the same text. Takes equally long however much of it is the same.</summary>
    /// <param name="other">The other key.</param>
    public bool Equals([NotNullWhen(true)] ApiKey? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_text.AsSpan()), System.Runtime.InteropServices.MemoryMarshal.AsBytes(other._text.AsSpan()));

    /// <inheritdoc cref="Equals(ApiKey?)"/>
    /// <param name="obj">The other key.</param>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as ApiKey);

    /// <summary>A hash that differs from process to process.</summary>
    public override int GetHashCode() => string.GetHashCode(_text, StringComparison.Ordinal);

    private sealed class HiddenView(ApiKey key)
    {
        public string Text { get; } = key.ToString();
    }
}
