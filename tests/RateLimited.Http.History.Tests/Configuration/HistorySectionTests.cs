using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.History.Tests.Configuration;

public sealed class HistorySectionTests
{
    private static readonly RateLimitHistoryOptions Defaults = new();

    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("src/RateLimited.Http.History/ConfigurationSchema.json"))).RootElement
        .GetProperty("properties").GetProperty("RateLimiting").GetProperty("properties").GetProperty("History");

    [Fact]
    public void All_of_the_section_is_read()
    {
        using var container = Container("""{ "Directory": "d", "BatchSize": 20, "BatchInterval": "30 s", "MaxPending": 500, "SegmentBytes": 70000, "MaxBytes": 2000000, "Retention": "7 days" }""");
        var read = container.GetRequiredService<HistorySettings>().Current;

        (read.Directory, read.BatchSize, read.BatchInterval, read.MaxPending, read.SegmentBytes, read.MaxBytes, read.Retention)
            .ShouldBe(("d", 20, TimeSpan.FromSeconds(30), 500, 70_000, 2_000_000, TimeSpan.FromDays(7)));
    }

    [Fact]
    public void Code_goes_before_the_section()
    {
        using var container = Container("""{ "BatchSize": 20 }""", static options => options.BatchSize = 30);

        container.GetRequiredService<HistorySettings>().Current.BatchSize.ShouldBe(30);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once_with_what_would_be_right()
    {
        using var container = Container("""{ "Directory": "", "BatchSize": 0, "BatchInterval": "5", "MaxPending": 1, "SegmentBytes": "many", "MaxBytes": 100, "Retention": "1 h", "Retentoin": "7 days" }""");

        Should.Throw<OptionsValidationException>(() => container.GetRequiredService<HistorySettings>()).Failures.ShouldBe(
        [
            "RateLimiting:History:BatchInterval: '5' → a duration from 1 s to 1 h.",
            "RateLimiting:History:BatchSize: '0' → a whole number from 1 to 10000 as the refusals of a batch.",
            "RateLimiting:History:Directory: missing → a directory that this process alone records in.",
            "RateLimiting:History:MaxBytes: '100' → a whole number from 1048576 to 1099511627776 as the bytes of the journal.",
            "RateLimiting:History:MaxPending: '1' → a whole number from 100 to 1000000 as the records that may be pending.",
            "RateLimiting:History:Retention: '1 h' → a duration from 1 day to 3660 days.",
            "RateLimiting:History:Retentoin: unknown key → perhaps 'Retention'; known here are Directory, BatchSize, BatchInterval, MaxPending, SegmentBytes, MaxBytes, Retention.",
            "RateLimiting:History:SegmentBytes: 'many' → a whole number from 65536 to 1073741824 as the bytes of a file.",
        ],
        ignoreOrder: true);
    }

    [Fact]
    public void Files_larger_than_the_journal_are_a_fault() =>
        HistoryFaults.Of(new RateLimitHistoryOptions { SegmentBytes = 1 << 24, MaxBytes = 1 << 20 }).Sentences().ShouldBe(["RateLimiting:History:MaxBytes: 1048576 → at least SegmentBytes, 16777216."]);

    [Fact]
    public void A_change_takes_effect_and_a_bad_one_does_not()
    {
        var source = new MemorySource { ["RateLimiting:History:BatchSize"] = "20" };
        using var container = Container(new ConfigurationBuilder().Add(source).Build());
        var settings = container.GetRequiredService<HistorySettings>();

        source.Change("RateLimiting:History:BatchSize", "50");
        settings.Current.BatchSize.ShouldBe(50);
        source.Change("RateLimiting:History:BatchSize", "-1");
        settings.Current.BatchSize.ShouldBe(50);
    }

    [Fact]
    public void A_section_that_nobody_reads_is_a_fault()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Json("{}"));
        services.AddServiceRateLimiting("shop", static shop => shop.Limit("1/second"));
        using var container = services.BuildServiceProvider();

        Should.Throw<OptionsValidationException>(() => container.GetRequiredKeyedService<IServiceRateLimiter>("shop")).Failures
            .ShouldBe(["RateLimiting:History: a section → no section, or the package that reads it: RateLimited.Http.History, with services.AddRateLimitHistory()."]);
    }

    [Fact]
    public void With_the_package_it_is_none()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Json("{}"));
        services.AddServiceRateLimiting("shop", static shop => shop.Limit("1/second"));
        services.AddRateLimitHistory().AddRateLimitHistory(static options => options.BatchSize = 7);
        using var container = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        container.GetRequiredKeyedService<IServiceRateLimiter>("shop").Service.ShouldBe("shop");
        container.GetServices<IRefusalObserver>().Count().ShouldBe(1);
        container.GetRequiredService<HistorySettings>().Current.BatchSize.ShouldBe(7);
    }

    [Fact]
    public void The_schema_has_every_key_with_its_range_and_its_default()
    {
        var keys = Schema.GetProperty("properties");
        keys.EnumerateObject().Select(static key => key.Name).ShouldBe(HistorySectionReader.Keys.Select(static key => key.Name));
        Schema.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
        keys.GetProperty("Directory").GetProperty("default").GetString().ShouldBe(Defaults.Directory);
        Number("BatchSize", HistoryBounds.BatchSize, Defaults.BatchSize);
        Number("MaxPending", HistoryBounds.MaxPending, Defaults.MaxPending);
        Number("SegmentBytes", HistoryBounds.SegmentBytes, Defaults.SegmentBytes);
        Number("MaxBytes", HistoryBounds.MaxBytes, Defaults.MaxBytes);
        Duration("BatchInterval", HistoryBounds.BatchInterval, Defaults.BatchInterval);
        Duration("Retention", HistoryBounds.Retention, Defaults.Retention);

        void Number(string key, NumberRange range, long otherwise)
        {
            var number = keys.GetProperty(key);
            (number.GetProperty("minimum").GetInt64(), number.GetProperty("maximum").GetInt64(), number.GetProperty("default").GetInt64()).ShouldBe((range.Min, range.Max, otherwise), key);
        }

        void Duration(string key, DurationRange range, TimeSpan otherwise)
        {
            DurationText.TryParse(keys.GetProperty(key).GetProperty("default").GetString(), out var written).ShouldBeTrue();
            written.ShouldBe(otherwise, key);
            range.Contains(written).ShouldBeTrue();
        }
    }

    [Fact]
    public void The_document_has_every_key()
    {
        var document = File.ReadAllText(Repository.PathOf("docs/history.md"));

        HistorySectionReader.Keys.Select(static key => key.Name).Where(key => !document.Contains($"| `{key}` |", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static IConfiguration Json(string section) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "RateLimiting": { "History": {{(section == "{}" ? """{ "BatchSize": 10 }""" : section)}} } }"""))).Build();

    private static ServiceProvider Container(string section, Action<RateLimitHistoryOptions>? configure = null) => Container(Json(section), configure);

    private static ServiceProvider Container(IConfiguration configuration, Action<RateLimitHistoryOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddRateLimitHistory(configure ?? (static _ => { }));
        return services.BuildServiceProvider();
    }

    private sealed class MemorySource : ConfigurationProvider, IConfigurationSource
    {
        public string this[string key]
        {
            set => Data[key] = value;
        }

        public void Change(string key, string value)
        {
            Data[key] = value;
            OnReload();
        }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }
}
