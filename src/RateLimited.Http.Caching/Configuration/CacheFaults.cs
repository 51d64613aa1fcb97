using System.Buffers;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>What can be wrong with how a service's responses are kept.</summary>
internal static class CacheFaults
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~");

    public static void Check(FaultList faults, string path, ResponseCacheOptions options)
    {
        faults.Duration($"{path}:Lifetime", options.Lifetime, CacheBounds.Lifetime);
        faults.Duration($"{path}:StaleIfLimited", options.StaleIfLimited, CacheBounds.Stale);
        faults.Duration($"{path}:StaleAfterWait", options.StaleAfterWait, CacheBounds.Stale);
        faults.Duration($"{path}:StaleIfError", options.StaleIfError, CacheBounds.Stale);
        faults.Duration($"{path}:Collapse", options.Collapse, CacheBounds.Collapse);
        faults.Number($"{path}:MaxBody", options.MaxBody, CacheBounds.MaxBody);
        faults.Number($"{path}:MaxBytes", options.MaxBytes, CacheBounds.MaxBytes);
        faults.Number($"{path}:MaxEntries", options.MaxEntries, CacheBounds.MaxEntries);
        if (options.MaxBytes < options.MaxBody)
        {
            faults.Add($"{path}:MaxBytes", Fault.Quote(options.MaxBytes), $"at least MaxBody, {options.MaxBody}");
        }

        if (options.StaleAfterWait is { } wait && options.StaleIfLimited == TimeSpan.Zero)
        {
            faults.Add($"{path}:StaleAfterWait", Fault.Quote(wait), "nothing, or a StaleIfLimited above 0 s: there is no old answer to give after the wait");
        }

        CheckHeaders(faults, $"{path}:IgnoredHeaders", options.IgnoredHeaders);
    }

    private static void CheckHeaders(FaultList faults, string path, IList<string> headers)
    {
        if (headers.Count > CacheBounds.MaxIgnoredHeaders)
        {
            faults.Add(path, $"{headers.Count} headers", $"at most {CacheBounds.MaxIgnoredHeaders}");
        }

        for (var i = 0; i < Math.Min(headers.Count, CacheBounds.MaxIgnoredHeaders); i++)
        {
            if (string.IsNullOrEmpty(headers[i]) || headers[i].AsSpan().ContainsAnyExcept(TokenCharacters))
            {
                faults.Add($"{path}:{i}", Fault.Quote(headers[i]), "a header's name, such as 'X-Request-Start'");
            }
            else if (headers[i].ToUpperInvariant() is "AUTHORIZATION" or "COOKIE" or "PROXY-AUTHORIZATION")
            {
                faults.Add($"{path}:{i}", Fault.Quote(headers[i]), "a header that does not say who asks: whoever asks would get what was answered to another");
            }
        }
    }
}
