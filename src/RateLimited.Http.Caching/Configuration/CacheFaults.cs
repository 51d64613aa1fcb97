using System.Buffers;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>What can be wrong with how a service's responses are kept.</summary>
internal static class CacheFaults
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~");

    public static void Check(FaultList faults, string path, ResponseCacheOptions options)
    {
        Duration("Lifetime", options.Lifetime, CacheBounds.Lifetime);
        Duration("StaleIfLimited", options.StaleIfLimited, CacheBounds.Stale);
        Duration("StaleAfterWait", options.StaleAfterWait, CacheBounds.Stale);
        Duration("StaleIfError", options.StaleIfError, CacheBounds.Stale);
        Duration("Collapse", options.Collapse, CacheBounds.Collapse);
        Number("MaxBody", options.MaxBody, CacheBounds.MaxBody);
        Number("MaxBytes", options.MaxBytes, CacheBounds.MaxBytes);
        Number("MaxEntries", options.MaxEntries, CacheBounds.MaxEntries);
        if (options.MaxBytes < options.MaxBody)
        {
            faults.Add($"{path}:MaxBytes", Fault.Quote(options.MaxBytes), $"at least MaxBody, {options.MaxBody}");
        }

        if (options.StaleAfterWait is { } wait && options.StaleIfLimited == TimeSpan.Zero)
        {
            faults.Add($"{path}:StaleAfterWait", Fault.Quote(wait), "nothing, or a StaleIfLimited above 0 s: there is no old answer to give after the wait");
        }

        CheckHeaders(faults, $"{path}:IgnoredHeaders", options.IgnoredHeaders);

        void Duration(string key, TimeSpan? value, DurationRange range)
        {
            if (value is { } duration && !range.Contains(duration))
            {
                faults.Add($"{path}:{key}", Fault.Quote(duration), range.Right);
            }
        }

        void Number(string key, long value, NumberRange range)
        {
            if (!range.Contains(value))
            {
                faults.Add($"{path}:{key}", Fault.Quote(value), range.Right);
            }
        }
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
