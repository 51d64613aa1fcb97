namespace RateLimited.Http.Configuration;

/// <summary>The stores that a service can name.</summary>
internal static class StoreNames
{
    /// <summary>This process.</summary>
    public const string Memory = "Memory";

    /// <summary>This process, and a directory that it survives restarts in.</summary>
    public const string File = "File";

    /// <summary>The store of the package RateLimited.Http.Redis.</summary>
    public const string Redis = "Redis";

    public static readonly string[] All = [Memory, File, Redis];

    /// <summary>Whether other processes count in it too.</summary>
    public static bool IsShared(string? store) => !IsMemory(store) && !IsFile(store);

    public static bool IsFile(string? store) => File.Equals(store, StringComparison.OrdinalIgnoreCase);

    public static bool IsMemory(string? store) => Memory.Equals(store, StringComparison.OrdinalIgnoreCase);
}
