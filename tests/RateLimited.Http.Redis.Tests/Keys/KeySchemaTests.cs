using System.Text.RegularExpressions;
using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Redis.Tests.Keys;

/// <summary>Whatever names hold, keys are of one alphabet, lie under one tag, and never meet.</summary>
public sealed partial class KeySchemaTests
{
    private static readonly byte[] Secret = [1, 2, 3, 4];
    private static readonly KeySchema Schema = new("rl", Secret);

    /// <summary>What has split or joined keys of others.</summary>
    private static readonly string[] Hostile = ["", "{}", "}{a", "a}", "{", "*", "\r\n", "\0", "a:b", "a", "ab", "é", "e\u0301", "\ud800", "\udc00", "\ufffd"];

    private static readonly string Endless = new('x', 1 << 20);

    [Fact]
    [Fault("S05")]
    public void Keys_are_of_one_alphabet_and_short()
    {
        Holds.For(
            from service in Names
            from name in Names
            select (service, name),
            static drawn =>
            {
                foreach (var key in KeysOf(Schema.Of(drawn.service), drawn.name))
                {
                    key.ShouldMatch(Shape().ToString());
                    key.Length.ShouldBeLessThanOrEqualTo(64);
                }
            });
    }

    [Fact]
    [Fault("S04")]
    public void An_api_key_is_known_by_its_text_and_told_with_a_secret_or_not_at_all()
    {
        var long16 = new KeySchema("rl", "sixteen letters."u8);
        string QuotaOf(KeySchema schema, string service, string? key, string? group = null, string endpoint = "") =>
            schema.Of(service).Quota(new QuotaOwner(key is null ? null : ApiKey.Create(key), group) { Endpoint = endpoint });

        QuotaOf(long16, "s", "sk-one").ShouldBe(QuotaOf(long16, "s", "sk-one"));
        new[]
        {
            QuotaOf(long16, "s", "sk-one"), QuotaOf(long16, "s", "sk-two"), QuotaOf(long16, "t", "sk-one"), QuotaOf(long16, "s", "sk-one", endpoint: "chat"),
            QuotaOf(long16, "s", key: null, "sk-one"), QuotaOf(long16, "s", key: null, "sk-one", "chat"), QuotaOf(new KeySchema("rl", "another secret.."u8), "s", "sk-one"),
        }.Select(static key => key[(key.LastIndexOf(':') + 1)..]).Distinct(StringComparer.Ordinal).Count().ShouldBe(7);
        QuotaOf(long16, "s", "sk-one").ShouldMatch("^rl:v2:\\{[a-z2-7]{26}\\}:k:[a-z2-7]{26}$");

        Should.Throw<InvalidOperationException>(() => QuotaOf(new KeySchema("rl", "fifteen letters"u8), "s", "sk-one")).Message.ShouldNotContain("sk-one");
        Should.Throw<InvalidOperationException>(() => QuotaOf(new KeySchema("rl", []), "s", "sk-one"));
    }

    [Fact]
    [Fault("S05")]
    public void Every_key_of_a_service_lies_under_its_tag()
    {
        Holds.For(Names, static service =>
        {
            var tag = Tag().Match(Schema.Of(service).Service).Value;
            KeysOf(Schema.Of(service), service).ShouldAllBe(key => Tag().Match(key).Value == tag);
        });
    }

    [Fact]
    [Fault("S05")]
    [Fault("S06")]
    public void Other_names_have_other_keys()
    {
        var all = Hostile.Append(Endless).SelectMany(static name => KeysOf(Schema.Of("service"), name)).ToList();

        // Three of each name's keys are the service's own.
        all.Distinct(StringComparer.Ordinal).Count().ShouldBe((all.Count - (3 * (Hostile.Length + 1))) + 3);
        Hostile.Select(static name => Schema.Of(name).Service).Distinct(StringComparer.Ordinal).Count().ShouldBe(Hostile.Length);
    }

    [Fact]
    [Fault("S06")]
    public void Names_do_not_run_into_each_other()
    {
        Schema.IdOf("ab", "c").ShouldNotBe(Schema.IdOf("a", "bc"));
        Schema.IdOf("abc").ShouldNotBe(Schema.IdOf("abc", ""));
        Schema.LimitIdOf("ab", "c").ShouldNotBe(Schema.LimitIdOf("a", "bc"));
    }

    [Fact]
    [Fault("S06")]
    public void A_hundred_thousand_tenants_have_as_many_keys()
    {
        var keys = Schema.Of("service");
        Enumerable.Range(0, 100_000).Select(number => keys.Tenant("free", $"tenant-{number}")).ToHashSet(StringComparer.Ordinal).Count.ShouldBe(100_000);
    }

    [Fact]
    [Fault("S04")]
    public void No_name_can_be_read_in_a_key_and_another_secret_has_other_keys()
    {
        var other = new KeySchema("rl", [5]).Of("github");
        var own = Schema.Of("github");

        own.Tenant("free", "acme").ShouldNotContain("acme");
        own.Service.ShouldNotContain("github");
        other.Service.ShouldNotBe(own.Service);
        other.Tenant("free", "acme").Split(':')[^1].ShouldNotBe(own.Tenant("free", "acme").Split(':')[^1]);
    }

    [Fact]
    public void A_limits_number_is_one_that_a_script_reads_exactly() =>
        Holds.For(Names, static name => Schema.LimitIdOf(name, "requests").ShouldBeInRange(1, (1L << 52) - 1));

    [Theory]
    [InlineData("rl", true)]
    [InlineData("shop.eu-1_a", true)]
    [InlineData("", false)]
    [InlineData("a:b", false)]
    [InlineData("{a}", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    [InlineData("a23456789012345678901234567890123", false)]
    public void Prefixes_are_plain(string prefix, bool isGood)
    {
        KeySchema.IsPrefix(prefix).ShouldBe(isGood);
        if (!isGood)
        {
            Should.Throw<ArgumentException>(() => new KeySchema(prefix, Secret));
        }
    }

    private static FsCheck.Gen<string> Names => FsCheck.Fluent.Gen.OneOf(
        FsCheck.Fluent.Gen.Elements(Hostile),
        FsCheck.Fluent.Gen.Choose(0, char.MaxValue).Select(static code => (char)code).ArrayOf().Select(static letters => new string(letters)));

    private static string[] KeysOf(ServiceKeys keys, string name) =>
        [keys.Service, keys.Live, keys.Channel, keys.Endpoint(name), keys.Tenant("class", name), keys.Tenant(name, "tenant"), keys.Name("", name), keys.Calls(name)];

    [GeneratedRegex("^rl:v2:\\{[a-z2-7]{26}\\}:[a-z](:[a-z2-7]{26})?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();

    [GeneratedRegex("\\{[^}]+\\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();
}
