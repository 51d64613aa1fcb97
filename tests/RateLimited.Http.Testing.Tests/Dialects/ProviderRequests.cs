using System.Text;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Tests.Dialects;

/// <summary>For each provider a request as its API takes them, which its limits count.</summary>
internal static class ProviderRequests
{
    private const string Chat = """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"Say something."}]}""";

    public static HttpRequestMessage Of(string provider, long cost = 1)
    {
        var (method, path, body) = For(provider);
        var request = new HttpRequestMessage(new HttpMethod(method), $"https://{provider}.test{path}");
        request.Headers.Add("x-cost", cost.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    public static UpstreamRequest Arrived(string provider)
    {
        var (method, path, body) = For(provider);
        return new UpstreamRequest(method, path, body: Encoding.UTF8.GetBytes(body ?? ""));
    }

    /// <summary>What a request of the provider's is counted by, and how much of that there is at least.</summary>
    public static (string Unit, long Quota) Narrowest(string provider, IReadOnlyList<UpstreamLimit> limits)
    {
        var (method, path, _) = For(provider);
        UpstreamLimit[] counting = [.. limits.Where(limit => limit.KeyFor(new UpstreamCall { Method = method, Path = path.Split('?')[0] }) is not null)];
        return (counting[0].Unit, counting.Where(limit => limit.Unit == counting[0].Unit).Min(limit => limit.Create().Quota));
    }

    private static (string Method, string Path, string? Body) For(string provider) => provider switch
    {
        "openai" or "groq" or "cerebras" or "mistral" or "together" or "huggingface" or "openrouter" or "deepseek" or "xai" => ("POST", "/v1/chat/completions", Chat),
        "azure-openai" => ("POST", "/openai/deployments/d/chat/completions?api-version=1", Chat),
        "anthropic" => ("POST", "/v1/messages", Chat),
        "replicate" => ("GET", "/v1/models", null),
        "x" => ("GET", "/2/tweets", null),
        "slack" => ("POST", "/api/users.info", null),
        "tiktok" => ("POST", "/v2/user/info/", null),
        "docker-hub" => ("GET", "/v2/library/nginx/manifests/latest", null),
        "github-graphql" => ("POST", "/graphql", "{}"),
        "shopify-graphql" => ("POST", "/admin/api/2026-01/graphql.json", "{}"),
        "youtube" => ("GET", "/youtube/v3/videos", null),
        _ => ("GET", "/things", null),
    };
}
