using System.Collections.Frozen;
using System.Security.Cryptography;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Caching.Stored;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Redundancy;

/// <summary>Tells requests apart without holding anything of them.</summary>
internal static class RequestFingerprint
{
    public static readonly FrozenSet<string> UsualSecrets = new[]
    {
        "access_token", "api-key", "api_key", "apikey", "auth_token", "client_secret", "password", "secret", "sig", "signature", "subscription-key", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Security-Token",
        "X-Amz-Signature", "X-Goog-Credential", "X-Goog-Date", "X-Goog-Signature",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Without it, who sees a fingerprint could try which key or tenant makes it.</summary>
    private static readonly string Salt = RandomNumberGenerator.GetHexString(32);

    /// <summary>The fingerprint of a request to an absolute address; null where its body cannot be told from others.</summary>
    public static async ValueTask<UInt128?> OfAsync(string client, HttpRequestMessage request, RedundancyRules rules, CancellationToken cancellationToken)
    {
        var body = string.Empty;
        if (request.Content is { } content)
        {
            using var sink = new HashingSink(rules.MaxBody);
            if (content.Headers.ContentLength > rules.MaxBody || ContentReplays.Of(content, maxBuffer: 0) != Resilience.ContentReplay.Replayable
                || !await CostEstimation.ReadBodyAsync(content, sink, cancellationToken).ConfigureAwait(false) || sink.Hash() is not { } hash)
            {
                return null;
            }

            body = hash;
        }

        var said = request.RateLimiting();
        return Digest.Of([Salt, request.Method.Method, AddressOf(request.RequestUri!, rules), body, client, said?.Tenant, said?.Partition, .. RequestKey.Identifying(request, CacheRules.Usual)]).Value;
    }

    /// <summary>The address without secrets and a fragment, its parameters in order.</summary>
    public static string AddressOf(Uri address, RedundancyRules rules)
    {
        var query = address.GetComponents(UriComponents.Query, UriFormat.UriEscaped);
        var parameters = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(parameter => !rules.SecretParameters.Contains(Uri.UnescapeDataString(parameter.Split('=', 2)[0])))
            .Order(StringComparer.Ordinal);
        return $"{address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}?{string.Join('&', parameters)}";
    }
}
