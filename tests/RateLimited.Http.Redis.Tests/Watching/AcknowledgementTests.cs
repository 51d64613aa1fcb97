using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Redis.Tests.Sharing;
using RateLimited.Http.Redis.Watching;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>An alert that one process has is acknowledged from another, through a real Redis.</summary>
public sealed class AcknowledgementTests : IDisposable
{
    private readonly RedisServer _server = new();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_the_alert_notes_it_and_all_are_told_so()
    {
        using var fleet = new Fleet(_server.Address, static service => service.Limit("1000/h"));
        var owned = new Alerts(Alerts.One("1"), Alerts.One("2"), Alerts.One("3") with { Service = "another" });
        var (one, other, third) = (BookOf(fleet), BookOf(fleet, owned), BookOf(fleet));
        foreach (var book in new[] { one, other, third })
        {
            book.Of(Fleet.Api);
            await book.SayOfAllAsync();
        }

        foreach (var id in (string[])["1", "3", "nobody's", "1"])
        {
            (await one.AcknowledgeAsync(Fleet.Api, id, "</script>\nop", Ended)).ShouldBeTrue();
        }

        (await third.AcknowledgeAsync(Fleet.Api, "1", "later", Ended)).ShouldBeTrue();
        await other.SayOfAllAsync();
        await third.SayOfAllAsync();

        owned.Open.Select(static alert => (alert.Id, alert.AcknowledgedBy)).ShouldBe([("1", "</script>\nop"), ("2", null), ("3", null)], "the first who said so, and of this service");
        third.Of(Fleet.Api)!.Alerts.Single(static alert => alert.Id == "1").AcknowledgedBy.ShouldBe("</script>\nop");
        await other.SayOfAllAsync();
        owned.Open.Count(static alert => alert.AcknowledgedAt is not null).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_told_is_bounded_in_number_and_in_time_and_what_another_program_wrote_is_nothing()
    {
        using var admin = await ConnectionMultiplexer.ConnectAsync(_server.Options);
        using var fleet = new Fleet(_server.Address, static service => service.Limit("1000/h"));
        var owned = new Alerts(Alerts.One("1"), Alerts.One("last"));
        var (one, other) = (BookOf(fleet), BookOf(fleet, owned));
        other.Of(Fleet.Api);
        (await one.AcknowledgeAsync(Fleet.Api, "first", by: null, Ended)).ShouldBeTrue();
        var database = admin.GetDatabase();
        var key = admin.GetServer(_server.Address).Keys(pattern: $"{fleet.Prefix}:v2:*:a").ShouldHaveSingleItem();
        database.KeyTimeToLive(key).ShouldNotBeNull().ShouldBeLessThanOrEqualTo(Acknowledgement.Lives);
        database.HashSet(key, [new("old", "1 {\"id\":\"1\"}"), new("wrong", "9999999999999 {\"id\":1}"), new("none", "what?"), new("long", $"9999999999999 {new string('x', 5_000)}")]);
        database.HashSet(key, [.. Enumerable.Range(0, 300).Select(static i => new HashEntry($"f{i}", $"9999999999999 {{\"id\":\"{i + 1_000}\"}}"))]);

        (await one.AcknowledgeAsync(Fleet.Api, "last", "op", Ended)).ShouldBeTrue();
        await other.SayOfAllAsync();

        owned.Open.Select(static alert => alert.AcknowledgedBy).ShouldBe([null, "op"]);
        var fields = database.HashKeys(key).Select(static field => field.ToString()).ToArray();
        fields.Length.ShouldBeLessThanOrEqualTo(256);
        fields.ShouldNotContain(static field => field == "old" || field == "none" || field == "long");
    }

    [Fact]
    public async Task Where_nobody_can_be_told_it_says_so()
    {
        using var fleet = new Fleet(_server.Address, static service => service.Limit("1000/h"), static redis => redis.Timeout = TimeSpan.FromSeconds(1));
        var book = BookOf(fleet);
        (await book.AcknowledgeAsync("nobody", "1", by: null, Ended)).ShouldBeFalse();
        (await book.AcknowledgeAsync(Fleet.Api, string.Empty, by: null, Ended)).ShouldBeFalse();
        (await book.AcknowledgeAsync(Fleet.Api, new string('x', 301), by: null, Ended)).ShouldBeFalse();

        _server.Kill();

        (await book.AcknowledgeAsync(Fleet.Api, "1", by: null, Ended)).ShouldBeFalse();
        book.Of(Fleet.Api)!.Fault.ShouldNotBeNull();
    }

    public void Dispose() => _server.Dispose();

    private static FleetBook BookOf(Fleet fleet, IAlertBook? alerts = null) =>
        fleet.StartHost(others: services => services.AddSingleton(alerts ?? new Alerts())).GetRequiredService<FleetBook>();
}
