using System.Text.Json;
using System.Xml.Linq;
using RateLimited.Http.Configuration;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Signals;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>The schema that editors complete by, held to what is read.</summary>
public class ConfigurationSchemaTests
{
    private const string Folder = "src/RateLimited.Http";

    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"{Folder}/ConfigurationSchema.json"))).RootElement;

    private static readonly (string Place, IEnumerable<string> Keys)[] Sections =
    [
        ("properties/RateLimiting", Names(RateLimitingOptionsReader.Keys)),
        ("properties/RateLimiting/properties/Global", Names(RateLimitingOptionsReader.GlobalKeys)),
        ("properties/RateLimiting/properties/Memory", Names(RateLimitingOptionsReader.MemoryKeys)),
        ("definitions/rateLimitingService", Names(ServiceOptionsReader.Keys)),
        ("definitions/rateLimitingQueue", Names(ServiceOptionsReader.QueueKeys)),
        ("definitions/rateLimitingEndpoint", Names(EndpointSectionReader.Keys)),
        ("definitions/rateLimitingCost", Names(CostSectionReader.Keys)),
        ("definitions/rateLimitingTenants", Names(TenantSectionReader.Keys)),
        ("definitions/rateLimitingTenantClass", Names(TenantSectionReader.ClassKeys)),
        ("definitions/rateLimitingKeys", Names(KeySectionReader.Keys)),
        ("definitions/rateLimitingKey", Names(KeySectionReader.KeyKeys)),
        ("definitions/rateLimitingResilience", Names(ResilienceSectionReader.Keys)),
        ("definitions/rateLimitingInvalidRequests", Names(InvalidRequestSectionReader.Keys)),
        ("definitions/rateLimitingDegradation", Names(ResilienceSectionReader.DegradationKeys)),
        ("definitions/rateLimitingHedging", Names(ResilienceSectionReader.HedgingKeys)),
        ("definitions/rateLimitingConnections", Names(ResilienceSectionReader.ConnectionKeys)),
        ("definitions/rateLimitingHealthProbe", Names(ResilienceSectionReader.HealthKeys)),
        ("definitions/rateLimitingFallback", Names(ResilienceSectionReader.FallbackKeys)),
        ("definitions/rateLimitingRetry", Names(ResilienceSectionReader.RetryKeys)),
        ("definitions/rateLimitingBreaker", Names(ResilienceSectionReader.BreakerKeys)),
        ("definitions/rateLimitingLimitSection", Names(LimitSectionReader.Keys)),
        ("definitions/rateLimitingDialect", Names(DialectSectionReader.Keys)),
        ("definitions/rateLimitingDialectLimit", Names(DialectSectionReader.LimitKeys)),
        ("definitions/rateLimitingDialectHeader", Names(DialectSectionReader.HeaderKeys)),
    ];

    [Fact]
    public void Every_key_that_is_read_is_in_the_schema_and_every_other_is_not()
    {
        foreach (var (place, keys) in Sections)
        {
            var section = At(place);
            section.GetProperty("properties").EnumerateObject().Select(static key => key.Name).Order(StringComparer.Ordinal).ShouldBe(keys.Order(StringComparer.Ordinal), place);
            section.GetProperty("additionalProperties").ValueKind.ShouldBe(JsonValueKind.False, place);
        }
    }

    [Fact]
    public void Every_section_of_the_schema_is_held_to_its_reader() =>
        Objects(Schema, string.Empty).Where(static place => place.Length > 0).Order(StringComparer.Ordinal).ShouldBe(Sections.Select(static section => section.Place).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("definitions/rateLimitingLimitSection/properties/Algorithm", typeof(LimitAlgorithm))]
    [InlineData("definitions/rateLimitingLimitSection/properties/Anchor", typeof(WindowAnchor))]
    [InlineData("definitions/rateLimitingLimitSection/properties/Partition", typeof(PartitionBy))]
    [InlineData("definitions/rateLimitingDialectHeader/properties/Format", typeof(DialectFormat))]
    [InlineData("definitions/rateLimitingKeys/properties/Selection", typeof(KeySelection))]
    [InlineData("definitions/rateLimitingQueue/properties/Overflow", typeof(QueueOverflow))]
    [InlineData("definitions/rateLimitingRetry/properties/Backoff", typeof(RetryBackoff))]
    [InlineData("definitions/rateLimitingService/properties/Mode", typeof(RateLimitMode))]
    [InlineData("definitions/rateLimitingService/properties/Rejection", typeof(RejectionBehavior))]
    public void Choices_are_those_that_are_read(string place, Type choice)
    {
        At(place).GetProperty("enum").EnumerateArray().Select(static name => name.GetString()).ShouldBe(Enum.GetNames(choice));
        At(place).GetProperty("default").GetString().ShouldBe(Enum.GetName(choice, 0));
    }

    [Fact]
    public void Presets_dialects_scopes_and_meanings_are_those_that_are_read()
    {
        Names("definitions/rateLimitingService/properties/Preset").ShouldBe(KnownPresets.Words.Order(StringComparer.Ordinal));
        At("definitions/rateLimitingService/properties/Dialect").GetProperty("anyOf")[0].GetProperty("enum").EnumerateArray().Select(static name => name.GetString())
            .ShouldBe(KnownDialects.All.Select(static dialect => dialect.Name).Order(StringComparer.Ordinal));
        Names("definitions/rateLimitingDialect/properties/LimitScope").ShouldBe(Enum.GetNames<DialectScope>());
        At("definitions/rateLimitingDialect/properties/LimitScope").GetProperty("default").GetString().ShouldBe(new DialectOptions().LimitScope.ToString());
        Names("definitions/rateLimitingDialect/properties/Statuses/additionalProperties").ShouldBe(Enum.GetNames<DialectMeaning>());

        static IEnumerable<string?> Names(string place) => At(place).GetProperty("enum").EnumerateArray().Select(static name => name.GetString());
    }

    [Fact]
    public void Numbers_have_the_range_and_the_default_that_they_have_in_code()
    {
        var service = new ServiceRateLimitingOptions();
        Number("definitions/rateLimitingLimitSection/properties/Quota", OptionBounds.Quota, null);
        Number("definitions/rateLimitingLimitSection/properties/Burst", OptionBounds.Burst, null);
        Number("definitions/rateLimitingInvalidRequests/properties/Quota", OptionBounds.Quota, null);
        Number("definitions/rateLimitingInvalidRequests/properties/Statuses/items", ResilienceBounds.Status, null);
        Number("definitions/rateLimitingQueue/properties/Length", OptionBounds.QueueLength, service.Queue.Length);
        Number("definitions/rateLimitingQueue/properties/Costs/additionalProperties", OptionBounds.Cost, null);
        Amount("definitions/rateLimitingEndpoint/properties/Costs/additionalProperties");
        Amount("definitions/rateLimitingCost/properties/Amount");
        Amount("definitions/rateLimitingCost/properties/Amounts/additionalProperties");
        Number("definitions/rateLimitingCost/properties/Per", OptionBounds.CostPer, new CostOptions().Per);
        Number("definitions/rateLimitingService/properties/MaxPartitions", OptionBounds.Partitions, service.MaxPartitions);
        Number("definitions/rateLimitingTenantClass/properties/Weight", OptionBounds.Weight, new TenantClassOptions().Weight);
        Number("definitions/rateLimitingKey/properties/Weight", OptionBounds.Weight, new KeyOptions().Weight);
        var (retry, breaker) = (service.Resilience.Retry, service.Resilience.Breaker);
        Number("definitions/rateLimitingResilience/properties/Redirects", ResilienceBounds.Redirects, service.Resilience.Redirects);
        Number("definitions/rateLimitingDegradation/properties/FailurePercent", ResilienceBounds.Percent, null);
        Number("definitions/rateLimitingHealthProbe/properties/FailuresToOpen", ResilienceBounds.Probes, service.Resilience.HealthProbe.FailuresToOpen);
        Number("definitions/rateLimitingHealthProbe/properties/SuccessesToClose", ResilienceBounds.Probes, service.Resilience.HealthProbe.SuccessesToClose);
        Number("definitions/rateLimitingHedging/properties/MaxHedges", ResilienceBounds.Hedges, service.Resilience.Hedging.MaxHedges);
        Number("definitions/rateLimitingConnections/properties/MaxPerServer", ResilienceBounds.Connections, null);
        Number("definitions/rateLimitingRetry/properties/MaxRetries", ResilienceBounds.Retries, retry.MaxRetries);
        Number("definitions/rateLimitingRetry/properties/MaxReplayBuffer", ResilienceBounds.ReplayBuffer, retry.MaxReplayBuffer);
        Number("definitions/rateLimitingRetry/properties/BudgetPercent", ResilienceBounds.BudgetPercent, retry.BudgetPercent);
        Number("definitions/rateLimitingRetry/properties/BudgetFloor", ResilienceBounds.BudgetFloor, retry.BudgetFloor);
        Number("definitions/rateLimitingRetry/properties/Statuses/items", ResilienceBounds.Status, null);
        Number("definitions/rateLimitingBreaker/properties/FailurePercent", ResilienceBounds.Percent, breaker.FailurePercent);
        Number("definitions/rateLimitingBreaker/properties/SlowPercent", ResilienceBounds.Percent, breaker.SlowPercent);
        Number("definitions/rateLimitingBreaker/properties/MinimumCalls", ResilienceBounds.MinimumCalls, breaker.MinimumCalls);
        Number("definitions/rateLimitingBreaker/properties/ConsecutiveFailures", ResilienceBounds.Consecutive, breaker.ConsecutiveFailures);
        Number("definitions/rateLimitingBreaker/properties/Probes", ResilienceBounds.Probes, breaker.Probes);

        static void Amount(string place)
        {
            var amount = At(place);
            amount.GetProperty("minimum").GetDecimal().ShouldBe(OptionBounds.EndpointCost.Min, place);
            amount.GetProperty("maximum").GetDecimal().ShouldBe(OptionBounds.EndpointCost.Max, place);
            OptionBounds.EndpointCost.Contains(amount.GetProperty("multipleOf").GetDecimal()).ShouldBeTrue(place);
        }

        static void Number(string place, NumberRange range, long? otherwise)
        {
            var number = At(place);
            number.GetProperty("minimum").GetInt64().ShouldBe(range.Min, place);
            number.GetProperty("maximum").GetInt64().ShouldBe(range.Max, place);
            (number.TryGetProperty("default", out var value) ? value.GetInt64() : (long?)null).ShouldBe(otherwise, place);
        }
    }

    [Fact]
    public void Durations_have_the_default_that_they_have_in_code()
    {
        var service = new ServiceRateLimitingOptions();
        Duration("definitions/rateLimitingQueue/properties/Timeout").ShouldBe(service.Queue.Timeout);
        Duration("definitions/rateLimitingQueue/properties/Ageing").ShouldBe(service.Queue.Ageing);
        Duration("definitions/rateLimitingService/properties/MaxHint").ShouldBe(service.MaxHint);
        Duration("definitions/rateLimitingService/properties/MaxExhausted").ShouldBe(service.MaxExhausted);
        Duration("definitions/rateLimitingService/properties/AskFirst").ShouldBe(service.AskFirst);
        Duration("definitions/rateLimitingService/properties/BodyIdleTimeout").ShouldBe(service.BodyIdleTimeout);
        Duration("definitions/rateLimitingService/properties/PartitionIdleTimeout").ShouldBe(service.PartitionIdleTimeout);
        Duration("definitions/rateLimitingHealthProbe/properties/Interval").ShouldBe(service.Resilience.HealthProbe.Interval);
        Duration("definitions/rateLimitingHealthProbe/properties/Timeout").ShouldBe(service.Resilience.HealthProbe.Timeout);
        Duration("definitions/rateLimitingConnections/properties/Lifetime").ShouldBe(service.Resilience.Connections.Lifetime);
        Duration("definitions/rateLimitingConnections/properties/IdleTimeout").ShouldBe(service.Resilience.Connections.IdleTimeout);
        Duration("definitions/rateLimitingConnections/properties/ConnectTimeout").ShouldBe(service.Resilience.Connections.ConnectTimeout);
        Duration("definitions/rateLimitingRetry/properties/BaseDelay").ShouldBe(service.Resilience.Retry.BaseDelay);
        Duration("definitions/rateLimitingRetry/properties/MaxDelay").ShouldBe(service.Resilience.Retry.MaxDelay);
        Duration("definitions/rateLimitingBreaker/properties/Window").ShouldBe(service.Resilience.Breaker.Window);
        Duration("definitions/rateLimitingBreaker/properties/Break").ShouldBe(service.Resilience.Breaker.Break);
        Duration("definitions/rateLimitingBreaker/properties/MaxBreak").ShouldBe(service.Resilience.Breaker.MaxBreak);

        static TimeSpan Duration(string place) => DurationText.TryParse(At(place).GetProperty("default").GetString(), out var value) ? value : TimeSpan.MinValue;
    }

    [Fact]
    public void Sources_of_costs_and_their_fineness_are_those_that_are_read()
    {
        foreach (var example in At("definitions/rateLimitingCost/properties/From").GetProperty("examples").EnumerateArray().Concat(At("definitions/rateLimitingCost/properties/Settled").GetProperty("examples").EnumerateArray()))
        {
            RateLimited.Http.Costs.CostSource.TryParse(example.GetString(), out _).ShouldBeTrue(example.GetString());
        }

        var finest = At("definitions/rateLimitingCost/properties/Finest").GetProperty("enum").EnumerateArray().Select(static fineness => fineness.GetDecimal()).ToArray();
        finest.ShouldAllBe(static fineness => OptionBounds.Finest.Contains(fineness) && UnitScale.IsPowerOfTen(fineness));
        (finest.Max(), finest.Min(), finest.Length).ShouldBe((OptionBounds.Finest.Max, OptionBounds.Finest.Min, 7));
    }

    [Fact]
    public void Every_example_is_right()
    {
        foreach (var example in At("definitions/rateLimitingLimit").GetProperty("anyOf")[0].GetProperty("examples").EnumerateArray())
        {
            LimitOptions.TryParse(example.GetString(), out _, out var fault).ShouldBeTrue(fault);
        }
    }

    [Fact]
    public void Every_key_is_described() =>
        Described(Schema.GetProperty("definitions"), "definitions").Concat(Described(Schema.GetProperty("properties"), "properties")).ShouldBeEmpty();

    [Fact]
    public void The_package_hands_the_schema_to_editors()
    {
        var segment = XDocument.Load(Repository.PathOf($"{Folder}/buildTransitive/RateLimited.Http.targets")).Descendants("JsonSchemaSegment").ShouldHaveSingleItem();
        segment.Attribute("Include")!.Value.ShouldBe("$(MSBuildThisFileDirectory)../ConfigurationSchema.json");
        segment.Attribute("FilePathPattern")!.Value.ShouldBe(@"appsettings\..*json");
        XDocument.Load(Repository.PathOf($"{Folder}/RateLimited.Http.csproj")).Descendants("None").Select(static item => $"{item.Attribute("Include")?.Value} → {item.Attribute("PackagePath")?.Value}")
            .ShouldBe(["ConfigurationSchema.json → /", "buildTransitive/RateLimited.Http.targets → buildTransitive/"]);
    }

    private static JsonElement At(string place) => place.Split('/').Aggregate(Schema, static (element, key) => element.GetProperty(key));

    private static IEnumerable<string> Names<T>(IEnumerable<SectionKey<T>> keys) => keys.Select(static key => key.Name);

    private static IEnumerable<string> Objects(JsonElement element, string place) => element.ValueKind switch
    {
        JsonValueKind.Object => (element.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object && !place.EndsWith("properties", StringComparison.Ordinal) ? [place] : Array.Empty<string>())
            .Concat(element.EnumerateObject().SelectMany(child => Objects(child.Value, place.Length == 0 ? child.Name : $"{place}/{child.Name}"))),
        _ => [],
    };

    private static IEnumerable<string> Described(JsonElement members, string place)
    {
        foreach (var member in members.EnumerateObject())
        {
            if (!member.Value.TryGetProperty("$ref", out _) && !member.Value.TryGetProperty("description", out _))
            {
                yield return $"{place}/{member.Name}";
            }

            if (member.Value.TryGetProperty("properties", out var properties))
            {
                foreach (var inner in Described(properties, $"{place}/{member.Name}"))
                {
                    yield return inner;
                }
            }
        }
    }
}
