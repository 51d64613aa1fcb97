using System.Net;
using System.Reflection;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>H13: a copy is complete, and stays so when the framework's message gets another property.</summary>
public sealed class RequestCopyTests
{
    private static readonly HttpRequestOptionsKey<string> Option = new("option");

    [Fact]
    [Fault("H13")]
    [Fault("PEERS_H8")]
    public void H13_every_public_property_is_copied()
    {
        using var request = Request();
        using var copy = RequestCopy.Of(request);
        using var untouched = new HttpRequestMessage();

        foreach (var property in typeof(HttpRequestMessage).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.Name is nameof(HttpRequestMessage.Headers))
            {
                copy.Headers.NonValidated.Select(static header => $"{header.Key}: {header.Value}").ShouldBe(request.Headers.NonValidated.Select(static header => $"{header.Key}: {header.Value}"));
            }
            else if (property.Name is nameof(HttpRequestMessage.Options) or "Properties")
            {
                ((IEnumerable<KeyValuePair<string, object?>>)property.GetValue(copy)!).ShouldBe((IEnumerable<KeyValuePair<string, object?>>)property.GetValue(request)!);
            }
            else
            {
                property.GetValue(request).ShouldNotBe(property.GetValue(untouched), $"{property.Name} must be set above, or this shows nothing of it");
                property.GetValue(copy).ShouldBe(property.GetValue(request), property.Name);
            }
        }
    }

    [Fact]
    [Fault("H16")]
    public void H16_for_another_origin_only_what_cannot_be_a_key_is_copied()
    {
        using var request = Request();
        using var copy = RequestCopy.ForOtherOrigin(request);

        copy.Headers.Select(static header => header.Key).ShouldBe(["Accept", "User-Agent"], ignoreOrder: true);
    }

    private static HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, "https://upstream.test/a")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("x"),
            Headers = { { "Accept", "application/json" }, { "User-Agent", "me/1 (you)" }, { "X-Api-Key", "secret" }, { "Authorization", "Bearer secret" }, { "Cookie", "secret" }, { "Host", "other.test" } },
        };
        request.Options.Set(Option, "value");
        return request;
    }
}
