using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Dialects;

/// <summary>One header of a dialect: its name and what it says.</summary>
/// <param name="Name">The name. With <c>{limit}</c> in it there is one for each limit, by its name; else it speaks of <see cref="Of"/>, or of the limit that is closest to exhaustion.</param>
/// <param name="Text">What it says of a limit; null for nothing.</param>
internal sealed record HeaderLine(string Name, Func<Saying, StatedLimit, string?> Text)
{
    public const string Placeholder = "{limit}";

    /// <summary>The name of the only limit that it speaks of.</summary>
    public string? Of { get; init; }

    /// <summary>It speaks of the response and no limit, and is there when there is none.</summary>
    public Func<Saying, string?>? Once { get; init; }

    /// <summary>It asks to wait, which is no header of a limit.</summary>
    public bool AsksToWait { get; init; }

    /// <summary>A header that speaks of the response as a whole.</summary>
    public static HeaderLine OfResponse(string name, Func<Saying, string?> text) => new(name, static (_, _) => null) { Once = text };

    /// <summary><c>Retry-After</c>, by whatever name.</summary>
    public static HeaderLine RetryAfter(Func<TimeSpan, string> write, string name = "retry-after") =>
        new(name, static (_, _) => null) { Once = saying => Says.RetryAfter(saying, write), AsksToWait = true };

    /// <summary>Limit, remaining and reset of headers that share a shape, the commonest of all.</summary>
    public static IReadOnlyList<HeaderLine> Triple(string limit, string remaining, string reset, Func<Saying, StatedLimit, string?> resetText) =>
        [new(limit, Says.Limit), new(remaining, Says.Remaining), new(reset, resetText)];
}
