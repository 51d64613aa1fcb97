namespace RateLimited.Http.Keys;

/// <summary>How a tenant and a key go together: by lot, but the same lot in every process and after every start, so that what an upstream caches by key is found again.</summary>
internal static class KeyAffinity
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Evenly from 0 to 1.</summary>
    public static double Of(string key, string tenant) => (Finish(Hash(Hash(OffsetBasis, key) ^ '\0', tenant)) >> 11) * (1.0 / (1UL << 53));

    /// <summary>FNV-1a over UTF-16.</summary>
    private static ulong Hash(ulong hash, string text)
    {
        foreach (var c in text)
        {
            hash = unchecked((hash ^ c) * Prime);
        }

        return hash;
    }

    /// <summary>The last step of MurmurHash3: FNV leaves names that differ in their last letter close together.</summary>
    private static ulong Finish(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
            hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
            return hash ^ (hash >> 33);
        }
    }
}
