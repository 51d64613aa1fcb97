using Microsoft.Extensions.Configuration;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration.Keys;

/// <summary>What the section of keys says, and what is said of one that is wrong: where and what would be right, and nothing of what stands there.</summary>
public sealed class KeySectionTests
{
    private const string Secret = "CANARY-4711";

    private const string Right = "an API key of 1 to 8192 printable ASCII characters on one line, without spaces around it";

    [Theory]
    [InlineData("""[ "k1", "k2" ]""")]
    [InlineData("""{ "List": [ "k1", { "Value": "k2" } ] }""")]
    public void Keys_are_a_list_or_a_section(string json) => Read(json).List.Select(static key => key.Value!.Reveal()).ShouldBe(["k1", "k2"]);

    [Fact]
    public void One_key_is_a_list_of_one() => Read("\"k1\"").List.Single().Value!.Reveal().ShouldBe("k1");

    [Fact]
    public void Everything_that_can_be_said_of_keys_is_read()
    {
        var pool = Read("""
            {
              "List": [ { "Name": "main", "Environment": "MAIN_KEY", "Tier": "start", "Group": "org", "Weight": 3, "Classes": [ "gold", "silver" ], "Origin": "https://a.test", "Limits": [ "5/s", "9 tokens/s" ] } ],
              "Environment": "KEYS", "File": "keys.txt", "Group": "all", "Carrier": "x-api-key", "Origin": "https://b.test", "Selection": "stickybytenant"
            }
            """);

        var key = pool.List.Single();
        (key.Name, key.Environment, key.Tier, key.Group, key.Weight, key.Origin, key.Value).ShouldBe(("main", "MAIN_KEY", "start", "org", 3, "https://a.test", null));
        key.Classes.ShouldBe(["gold", "silver"]);
        key.Limits.Select(static limit => limit.ToString()).ShouldBe(["5/second", "9 tokens/second"]);
        (pool.Environment, pool.File, pool.Group, pool.Carrier, pool.Origin, pool.Selection).ShouldBe(("KEYS", "keys.txt", "all", "x-api-key", "https://b.test", KeySelection.StickyByTenant));
    }

    [Theory]
    [InlineData("[]", ": missing → at least one key: in List, Environment or File.")]
    [InlineData("""{ "Selection": "RoundRobin" }""", ": missing → at least one key: in List, Environment or File.")]
    [InlineData("""[ "k1", "k2", "k1" ]""", ":2: the same key again → each key once, since RateLimiting:Services:a:Keys:0 is the same.")]
    [InlineData("""[ "k1\r\nX-Injected: CANARY-4711" ]""", ":0: something that is no key → " + Right + ".")]
    [InlineData("""[ "CANARY-4711 \u0000" ]""", ":0: something that is no key → " + Right + ".")]
    [InlineData("""[ "CANÄRY-4711" ]""", ":0: something that is no key → " + Right + ".")]
    [InlineData("""[ "" ]""", ":0: something that is no key → " + Right + ".")]
    [InlineData("""{ "CANARY-4711": "k1" }""", ": something else → a list of keys, or a section with List, Environment or File.")]
    [InlineData("""{ "List": [ "k1" ], "CANARY-4711": "k1" }""", ": unknown key → one of List, Environment, File, Group, Carrier, Origin, Selection.")]
    [InlineData("""{ "List": [ "k1" ], "Carier": "CANARY-4711" }""", ": unknown key → perhaps 'Carrier'; known here are List, Environment, File, Group, Carrier, Origin, Selection.")]
    [InlineData("""[ { "Key": "CANARY-4711" } ]""", ":0: unknown key → one of Name, Value, Environment, Limits, Tier, Group, Weight, Classes, Origin.")]
    [InlineData("""[ { "Value": "CANARY-4711 " , "Environment": "X" } ]""", ":0: a value and an environment variable → either one.")]
    [InlineData("""[ { "Name": "a" } ]""", ":0: missing → a Value, " + Right + ", or the Environment variable that holds it.")]
    [InlineData("""[ { "Value": { "CANARY-4711": 1 } } ]""", ":0: something that is no key → " + Right + ".")]
    [InlineData("""[ { "Value": "CANARY-4711", "Name": "CANARY-4711" } ]""", ":0:Name: a part of the key → a name that may be seen.")]
    [InlineData("""[ { "Value": "k-CANARY-4711-k", "Name": "CANARY-4711" } ]""", ":0:Name: a part of the key → a name that may be seen.")]
    [InlineData("""[ { "Value": "k1", "Name": "CANARY\u0007" } ]""", ":0:Name: something else → a name of 1 to 64 printable characters.")]
    [InlineData("""[ { "Value": "k1", "Name": "n" }, { "Value": "k2", "Name": "N" } ]""", ":1:Name: 'N' → a name of its own, since RateLimiting:Services:a:Keys:0 has this one.")]
    [InlineData("""[ { "Value": "k1", "Weight": 0 } ]""", ":0:Weight: '0' → a whole number from 1 to 1_000.")]
    [InlineData("""[ { "Value": "k1", "Origin": "CANARY-4711" } ]""", ":0:Origin: something else → an origin such as 'https://api.example.com', without a path.")]
    [InlineData("""{ "List": "k1", "Origin": "https://user:CANARY-4711@a.test" }""", ":Origin: something else → an origin such as 'https://api.example.com', without a path.")]
    [InlineData("""[ { "Value": "k1", "Origin": "https://a.test" }, "k2" ]""", ":Origin: missing → an origin for the keys that have none of their own, since others have one.")]
    [InlineData("""{ "List": "k1", "Carrier": "Authorization: Bearer CANARY-4711" }""", ":Carrier: something else → 'Bearer', a header such as 'x-api-key' or 'Authorization: Bot {key}', or a parameter of the query such as '?key'.")]
    [InlineData("""{ "List": "k1", "Selection": "CANARY-4711" }""", ":Selection: something else → one of MostHeadroom, RoundRobin, LeastRecentlyUsed, Weighted, StickyByTenant.")]
    [InlineData("""{ "Environment": { "CANARY-4711": 1 } }""", ":Environment: a section → the name of an environment variable that is set; one value, not a section.")]
    [InlineData("""{ "File": "" }""", ":File: missing → the path of a file with a key on each line.")]
    [InlineData("""[ { "Value": "k1", "Tier": "start" } ]""", ":0:Tier: 'start' → no tier, or a Preset that has it.")]
    [InlineData("""[ { "Value": "k1", "Classes": "gold" }, "k2" ]""", ":0:Classes: 'gold' → no class, since Tenants has none.")]
    [InlineData("""[ { "Value": "k1", "Limits": "5/s per tenant" } ]""", ":0:Limits:Partition: 'Tenant' → Key, which limits under Keys count by, or nothing.")]
    [InlineData("""[ { "Value": "k1", "Group": "g", "Limits": "5/s" }, { "Value": "k2", "Group": "g", "Limits": "6/s" } ]""", ":1:Limits: limits of the group 'g' → limits at one key of the group, since RateLimiting:Services:a:Keys:0 has them.")]
    public void What_is_wrong_is_one_clear_sentence_that_repeats_no_key(string json, string sentence)
    {
        var faults = Faults(json);

        faults.ShouldHaveSingleItem().ShouldEndWith(sentence);
        faults[0].ShouldStartWith("RateLimiting:Services:a:Keys");
        faults[0].ShouldNotContain("CANARY");
    }

    [Fact]
    public void Unknown_classes_and_tiers_are_told_from_known_ones()
    {
        Configured.Faults(Configured.Service("""{ "Preset": "anthropic", "Keys": [ { "Value": "k1", "Tier": "strat" } ] }""")).ShouldBe(
            ["RateLimiting:Services:a:Keys:0:Tier: 'strat' → perhaps 'start'; known here are scale, start, tier-1."]);
        Configured.Faults(Configured.Service("""{ "Limits": "5/s", "Tenants": { "Classes": { "gold": { "Tenants": [ "t" ] } } }, "Keys": [ "k0", { "Value": "k1", "Classes": "glod" } ] }""")).ShouldBe(
            ["RateLimiting:Services:a:Keys:1:Classes: 'glod' → perhaps 'gold'; known here are gold."]);
    }

    [Theory]
    [InlineData("""[ { "Value": "k1", "Classes": "gold" } ]""", "at least one key for requests of no class")]
    [InlineData("""[ { "Value": "k1", "Classes": "gold" }, { "Value": "k2", "Classes": "silver" } ]""", "at least one key for requests of no class")]
    public void Somebody_for_whom_no_key_is_left_is_named(string keys, string right) =>
        Configured.Faults(Configured.Service($$"""{ "Limits": "5/s", "Tenants": { "Classes": { "gold": { "Tenants": [ "t" ] }, "silver": { "Tenants": [ "u" ] } } }, "Keys": {{keys}} }"""))
            .ShouldContain($"RateLimiting:Services:a:Keys: every key is reserved for others → {right}.");

    [Fact]
    public void Limits_by_key_need_keys() => Configured.Faults(Configured.Service("""{ "Limits": "5/s per key", "Endpoints": { "GET /x": { "Limits": "1/s per key" } } }""")).ShouldBe(
        [
            "RateLimiting:Services:a:Limits: 'per key' → Service, Tenant or Name, or Keys to count by.",
            "RateLimiting:Services:a:Endpoints:GET /x:Limits: 'per key' → Service, Tenant or Name, or Keys to count by.",
        ]);

    [Fact]
    public void More_keys_than_anybody_looks_at_with_each_request_are_refused() =>
        Faults($"[{string.Join(',', Enumerable.Range(0, 129).Select(static i => $"\"k{i}\""))}]").ShouldBe(["RateLimiting:Services:a:Keys: 129 keys → at most 128."]);

    [Fact]
    public void A_limiter_without_a_client_has_no_requests_that_could_go_with_keys() =>
        Should.Throw<Microsoft.Extensions.Options.OptionsValidationException>(static () => RateLimiters.Create("git", static service => service.Limit("5/s").ApiKeys(static keys => keys.Add("k1"))))
            .Failures.ShouldBe(["git:Keys: keys without a client → no keys here, since it is the requests of an HttpClient that go with them."]);

    [Fact]
    public void Options_print_no_key()
    {
        var options = new ServiceRateLimitingOptions().ApiKeys(static keys => keys.Add("main", Secret));

        System.Text.Json.JsonSerializer.Serialize(options.Keys.List).ShouldNotContain(Secret);
        System.Text.Json.JsonSerializer.Serialize(options.Keys.List[0].Value).ShouldBe("\"***\"");
    }

    private static IReadOnlyList<string> Faults(string keys) => Configured.Faults(Configured.Service($$"""{ "Limits": "5/s", "Keys": {{keys}} }"""));

    private static KeyPoolOptions Read(string json)
    {
        var options = new ServiceRateLimitingOptions();
        ServiceOptionsReader.Read(Configured.Json($$"""{ "a": { "Keys": {{json}} } }""").GetSection("a"), options);
        options.Faults.Sentences().ShouldBeEmpty();
        return options.Keys;
    }
}
