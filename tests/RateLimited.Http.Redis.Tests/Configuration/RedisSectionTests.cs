using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Redis.Tests.Configuration;

/// <summary>The section <c>RateLimiting:Redis</c>: read, refused with what would be right, and told to editors.</summary>
public sealed class RedisSectionTests
{
    private const string Folder = "src/RateLimited.Http.Redis";

    private static readonly RedisStoreOptions Defaults = new();

    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"{Folder}/ConfigurationSchema.json"))).RootElement
        .GetProperty("properties").GetProperty("RateLimiting").GetProperty("properties").GetProperty("Redis");

    [Fact]
    public void All_of_the_section_is_read()
    {
        var read = Read("""
            {
              "Configuration": "localhost:6379", "Failover": "localhost:6380", "Quarantine": "1 min", "Database": 3, "Prefix": "shop", "Secret": "sixteen bytes at least", "Timeout": "200 ms",
              "OnFailure": "FailClosed", "Instances": 8, "TakeAhead": "250 ms", "GlobalLimits": "Blocks", "GlobalTakeAhead": "100 ms", "LeaseTimeToLive": "10 s", "MaxHold": "5 min", "AllowInsecure": true
            }
            """);

        (read.Configuration, read.Failover, read.Quarantine, read.Database, read.Prefix, read.Secret).ShouldBe(("localhost:6379", "localhost:6380", TimeSpan.FromMinutes(1), 3, "shop", "sixteen bytes at least"));
        (read.Timeout, read.OnFailure, read.Instances, read.TakeAhead).ShouldBe((TimeSpan.FromMilliseconds(200), RedisFailureMode.FailClosed, 8, TimeSpan.FromMilliseconds(250)));
        (read.GlobalLimits, read.GlobalTakeAhead).ShouldBe((RedisGlobalLimits.Blocks, TimeSpan.FromMilliseconds(100)));
        (read.LeaseTimeToLive, read.MaxHold, read.AllowInsecure).ShouldBe((TimeSpan.FromSeconds(10), (TimeSpan?)TimeSpan.FromMinutes(5), true));
    }

    [Fact]
    public void One_text_in_its_place_is_where_Redis_is() => Read("\"localhost:6379,password=hidden\"").Configuration.ShouldBe("localhost:6379,password=hidden");

    [Fact]
    public void Code_goes_before_the_section() =>
        Read("""{ "Instances": 8, "Prefix": "shop" }""", static redis => redis.Instances = 3).ShouldSatisfyAllConditions(static redis => redis.Instances.ShouldBe(3), static redis => redis.Prefix.ShouldBe("shop"));

    [Fact]
    public void All_that_is_wrong_is_said_at_once_and_no_secret_is()
    {
        var faults = Should.Throw<OptionsValidationException>(static () => Read("""
            {
              "Configuration": "redis.example.com:6379,password=hidden", "Failover": ",password=hidden", "Quarantine": "-1 s", "Database": -2, "Prefix": "a b", "Secret": { "hidden": "hidden" }, "Timeout": "500",
              "OnFailure": "Close", "Instances": 0, "TakeAhead": "1 min", "GlobalLimits": "Everywhere", "GlobalTakeAhead": "1 ms", "LeaseTimeToLive": "2 h", "MaxHold": "0 s", "AllowInsecure": "maybe", "Conifguration": "hidden"
            }
            """)).Failures;

        faults.ShouldBe(
        [
            "RateLimiting:Redis:AllowInsecure: 'maybe' → true or false.",
            "RateLimiting:Redis:Configuration: not right → 'ssl=true' for servers that are not on this machine, or AllowInsecure where the network itself is trusted.",
            "RateLimiting:Redis:Conifguration: unknown key → perhaps 'Configuration'; known here are Configuration, Failover, Quarantine, Database, Prefix, Secret, Timeout, OnFailure, Instances, TakeAhead, GlobalLimits, GlobalTakeAhead, LeaseTimeToLive, MaxHold, AllowInsecure.",
            "RateLimiting:Redis:Database: '-2' → -1, the connection's own, or a database's number.",
            "RateLimiting:Redis:Failover: not right → at least one server, such as 'localhost:6379'.",
            "RateLimiting:Redis:GlobalLimits: 'Everywhere' → one of PerProcess, CoLocated, Blocks.",
            "RateLimiting:Redis:GlobalTakeAhead: '1 ms' → a duration from 10 ms to 10 s.",
            "RateLimiting:Redis:Instances: '0' → a whole number from 1 to 10000.",
            "RateLimiting:Redis:LeaseTimeToLive: '2 h' → a duration from 1 s to 1 h.",
            "RateLimiting:Redis:MaxHold: '0 s' → a duration from 1 s to 31 days, or none.",
            "RateLimiting:Redis:OnFailure: 'Close' → one of LocalShare, FailClosed, FailOpen.",
            "RateLimiting:Redis:Prefix: 'a b' → 1 to 32 letters, digits, dots, dashes or underscores.",
            "RateLimiting:Redis:Quarantine: '-1 s' → a duration from 0 s to 31 days.",
            "RateLimiting:Redis:Secret: a section → what all processes know and Redis does not, such as 'openssl rand -base64 32' makes; one value, not a section.",
            "RateLimiting:Redis:TakeAhead: '1 min' → a duration from 0 s to 10 s.",
            "RateLimiting:Redis:Timeout: '500' → a duration from 5 ms to 1 min.",
        ],
        ignoreOrder: true);
        faults.ShouldNotContain(static fault => fault.Contains("hidden", StringComparison.Ordinal));
    }

    [Fact]
    public void What_code_says_wrong_is_refused_alike()
    {
        RedisFaults.Of(new RedisStoreOptions { MaxHold = TimeSpan.Zero, OnFailure = (RedisFailureMode)9, Configuration = "localhost:6379" }).Sentences().ShouldBe(
        [
            "RateLimiting:Redis:OnFailure: '9' → one of LocalShare, FailClosed, FailOpen.",
            "RateLimiting:Redis:MaxHold: '00:00:00' → a duration from 1 s to 31 days, or none.",
        ]);
    }

    [Fact]
    public void A_section_that_nobody_reads_is_a_fault()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Json("\"localhost:6379,password=hidden\""));
        services.AddServiceRateLimiting("shop", static shop => shop.Limit("1/second"));
        using var container = services.BuildServiceProvider();

        Should.Throw<OptionsValidationException>(() => container.GetRequiredKeyedService<IServiceRateLimiter>("shop")).Failures
            .ShouldBe(["RateLimiting:Redis: a section → no section, or the package that reads it: RateLimited.Http.Redis, with services.AddRateLimitingRedis()."]);
    }

    [Fact]
    public void With_the_package_it_is_none()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Json("\"localhost:6379\""));
        services.AddServiceRateLimiting("shop", static shop => (shop.Limit("1/second").Store, shop.Lease) = ("Redis", LeaseMode.Auto));
        services.AddRateLimitingRedis().AddRateLimitingRedis(static _ => { });
        using var container = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        container.GetRequiredKeyedService<IServiceRateLimiter>("shop").Service.ShouldBe("shop");
    }

    [Fact]
    public void The_schema_has_every_key_with_its_range_and_its_default()
    {
        var keys = Schema.GetProperty("properties");
        keys.EnumerateObject().Select(static key => key.Name).ShouldBe(RedisSectionReader.Keys.Select(static key => key.Name));
        keys.EnumerateObject().Where(static key => !key.Value.TryGetProperty("description", out _)).ShouldBeEmpty();
        Schema.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
        Number("Database", RedisBounds.Database, Defaults.Database);
        Number("Instances", RedisBounds.Instances, Defaults.Instances);
        Duration("Quarantine", Defaults.Quarantine);
        Duration("Timeout", Defaults.Timeout);
        Duration("TakeAhead", Defaults.TakeAhead);
        Duration("GlobalTakeAhead", Defaults.GlobalTakeAhead);
        Duration("LeaseTimeToLive", Defaults.LeaseTimeToLive);
        Choice("OnFailure", Defaults.OnFailure);
        Choice("GlobalLimits", Defaults.GlobalLimits);
        keys.GetProperty("Prefix").GetProperty("default").GetString().ShouldBe(Defaults.Prefix);
        keys.GetProperty("AllowInsecure").GetProperty("default").GetBoolean().ShouldBe(Defaults.AllowInsecure);

        void Number(string key, NumberRange range, long otherwise) =>
            (keys.GetProperty(key).GetProperty("minimum").GetInt64(), keys.GetProperty(key).GetProperty("maximum").GetInt64(), keys.GetProperty(key).GetProperty("default").GetInt64())
                .ShouldBe((range.Min, range.Max, otherwise), key);

        void Duration(string key, TimeSpan otherwise) =>
            (DurationText.TryParse(keys.GetProperty(key).GetProperty("default").GetString(), out var written) ? written : TimeSpan.MinValue).ShouldBe(otherwise, key);

        void Choice<T>(string key, T otherwise)
            where T : struct, Enum
        {
            keys.GetProperty(key).GetProperty("enum").EnumerateArray().Select(static name => name.GetString()).ShouldBe(Enum.GetNames<T>());
            keys.GetProperty(key).GetProperty("default").GetString().ShouldBe(otherwise.ToString());
        }
    }

    [Fact]
    public void The_document_has_every_key()
    {
        var document = File.ReadAllText(Repository.PathOf("docs/redis.md"));

        RedisSectionReader.Keys.Select(static key => key.Name).Where(key => !document.Contains($"| `{key}` |", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void The_package_hands_the_schema_to_editors()
    {
        var segment = XDocument.Load(Repository.PathOf($"{Folder}/buildTransitive/RateLimited.Http.Redis.targets")).Descendants("JsonSchemaSegment").ShouldHaveSingleItem();
        segment.Attribute("Include")!.Value.ShouldBe("$(MSBuildThisFileDirectory)../ConfigurationSchema.json");
        XDocument.Load(Repository.PathOf($"{Folder}/RateLimited.Http.Redis.csproj")).Descendants("None").Select(static item => $"{item.Attribute("Include")?.Value} → {item.Attribute("PackagePath")?.Value}")
            .ShouldBe(["ConfigurationSchema.json → /", "buildTransitive/RateLimited.Http.Redis.targets → buildTransitive/"]);
    }

    private static IConfiguration Json(string section) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "RateLimiting": { "Redis": {{section}} } }"""))).Build();

    private static RedisStoreOptions Read(string section, Action<RedisStoreOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(Json(section));
        services.AddRateLimitingRedis(configure ?? (static _ => { }));
        using var container = services.BuildServiceProvider();
        return container.GetRequiredService<IOptions<RedisStoreOptions>>().Value;
    }
}
