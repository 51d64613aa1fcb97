using FsCheck.Fluent;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Caching.Stored;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Caching.Tests.Stored;

/// <summary>What is held is bounded, and found by whom it is for.</summary>
public sealed class ResponseStoreTests
{
    private static readonly string[] Tenants = ["a", "b", "ab"];
    private static readonly string[] Languages = ["de", "en"];

    [Fact]
    public void A_million_different_answers_take_no_more_than_they_may()
    {
        var store = new ResponseStore();
        var body = new byte[100];
        for (var i = 0; i < 1_000_000; i++)
        {
            var digest = new Digest((UInt128)(ulong)i);
            store.Keep(Answer(new RequestKey(new Digest((UInt128)(ulong)(i / 7)), digest), default, body), maxBytes: 1_000_000, maxEntries: 500);
            if (i % 100_000 == 0)
            {
                store.Figures.Entries.ShouldBeLessThanOrEqualTo(500);
                store.Figures.Bytes.ShouldBeLessThanOrEqualTo(1_000_000);
            }
        }

        store.Figures.ShouldBe((500, 500 * Answer(default, default, body).Size, 999_500));
        store.Fit(maxBytes: 0, maxEntries: 0);
        (store.Figures.Entries, store.Figures.Bytes).ShouldBe((0, 0));
    }

    [Fact]
    public void Everybody_finds_the_last_answer_to_what_he_asked_or_none()
    {
        // Beside a model that remembers by whom, what and in which language it was asked.
        var asks =
            from path in Gen.Elements("/a", "/b", "/a?x")
            from tenant in Gen.Elements(Tenants)
            from language in Gen.Elements(Languages)
            from key in Gen.Elements(null, "one")
            from act in Gen.Frequency((6, Gen.Constant('k')), (6, Gen.Constant('f')), (1, Gen.Constant('r')))
            select (path, tenant, language, key, act);

        Holds.For(asks.ListOf(), static steps =>
        {
            var (store, model, number) = (new ResponseStore(), new Dictionary<(string Path, string Tenant, string? Key, string Language), byte>(), (byte)0);
            foreach (var (path, tenant, language, key, act) in steps)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"https://upstream.test{path}").WithTenant(tenant);
                request.Headers.Add("Accept-Language", language);
                if (key is not null)
                {
                    request.Headers.Add("X-Any-Key", key);
                }

                var asked = RequestKey.Of("client", request, CacheRules.Usual);
                switch (act)
                {
                    case 'k':
                        store.Keep(Answer(asked, RequestKey.VariantOf(request, ["accept-language"]), [++number]), long.MaxValue, int.MaxValue);
                        model[(path, tenant, key, language)] = number;
                        break;
                    case 'r':
                        store.RemoveResource(asked.Resource);
                        foreach (var each in model.Keys.Where(each => each.Path == path).ToArray())
                        {
                            model.Remove(each);
                        }

                        break;
                    default:
                        var found = store.Find(asked, request, out _);
                        (found?.Body[0]).ShouldBe(model.TryGetValue((path, tenant, key, language), out var last) ? last : null);
                        break;
                }

                store.Figures.Entries.ShouldBe(model.Count);
            }
        }, share: 4);
    }

    private static StoredResponse Answer(RequestKey key, Digest variant, byte[] body)
    {
        using var empty = new HttpResponseMessage();
        return new StoredResponse
        {
            Key = key,
            Variant = variant,
            Facts = new ResponseFacts { Status = 200, Vary = variant == default ? [] : ["accept-language"] },
            Freshness = default,
            At = default,
            Headers = KeptHeaders.Of(empty.Headers),
            ContentHeaders = KeptHeaders.Of(empty.Content.Headers),
            Body = body,
            Version = new Version(1, 1),
        };
    }
}
