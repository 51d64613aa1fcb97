using System.Globalization;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Proof on a request that somebody around us repeats requests too, so that attempts multiply: what client libraries write on the attempts that they repeat.
/// </summary>
internal static class OuterRetries
{
    /// <summary>The header that proves it; null where none does.</summary>
    public static string? ProofIn(HttpRequestMessage request)
    {
        var headers = request.Headers.NonValidated;

        // The libraries that Stainless generates: Anthropic, and OpenAI's in other languages.
        if (headers.TryGetValues("x-stainless-retry-count", out var count) && int.TryParse(count.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var repeated) && repeated > 0)
        {
            return "x-stainless-retry-count";
        }

        // Kiota and Microsoft Graph write it on repeated attempts alone.
        if (headers.Contains("Retry-Attempt"))
        {
            return "Retry-Attempt";
        }

        // The SDKs of AWS write it on the first attempt too: attempt=1; max=3.
        return headers.TryGetValues("amz-sdk-request", out var aws) && AttemptOf(aws.ToString()) > 1 ? "amz-sdk-request" : null;
    }

    private static int AttemptOf(string value)
    {
        const string Name = "attempt=";
        var start = value.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return 0;
        }

        var number = value.AsSpan(start + Name.Length);
        var end = number.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? number : number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) ? attempt : 0;
    }
}
