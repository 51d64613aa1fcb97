namespace RateLimited.Http.Configuration;

/// <summary>The stores that a service can name.</summary>
internal static class StoreNames
{
    /// <summary>This process.</summary>
    public const string Memory = "Memory";

    /// <summary>The store of the package RateLimited.Http.Redis.</summary>
    public const string Redis = "Redis";

    public static readonly string[] All = [Memory, Redis];

    public static bool IsMemory(string? store) => Memory.Equals(store, StringComparison.OrdinalIgnoreCase);
}
