namespace RateLimited.Http.Limits;

/// <summary>
/// What things take on the managed heap of a 64-bit process: reckoned and not asked for, since the collector knows the whole process alone. Tests hold what is reckoned to what the collector says.
/// </summary>
internal static class ManagedSize
{
    /// <summary>What a reference takes.</summary>
    public const int Reference = 8;

    /// <summary>What an object has besides its fields: a header and the pointer to its type.</summary>
    private const int Overhead = 16;

    private const int ArrayOverhead = 24;
    private const int TextOverhead = 22;

    /// <summary>An object whose fields take so much.</summary>
    public static int Object(int fields) => Whole(Overhead + fields);

    /// <summary>An array of so many elements.</summary>
    public static long Array(int length, int element) => Whole(ArrayOverhead + ((long)length * element));

    /// <summary>A text; nothing where there is none.</summary>
    public static int Text(string? text) => text is null ? 0 : Whole(TextOverhead + (sizeof(char) * text.Length));

    private static int Whole(int bytes) => (bytes + Reference - 1) & -Reference;

    private static long Whole(long bytes) => (bytes + Reference - 1) & -Reference;
}
