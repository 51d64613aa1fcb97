using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>What the section InvalidRequests means, and what is said of a wrong one.</summary>
public sealed class InvalidRequestSectionTests
{
    private const string Place = "RateLimiting:Services:a:InvalidRequests";
    private const string Quota = "a whole number from 1 to 10^12 as the quota";
    private const string Window = "a window from 1 ms to 31 days, such as 'minute', '2 s' or '00:01:00'";

    [Theory]
    [InlineData("""{ "Limits": "5/s" }""", null)]
    [InlineData("""{ "Limits": "5/s", "InvalidRequests": true }""", null)]
    [InlineData("""{ "Limits": "5/s", "InvalidRequests": "100/10 minutes" }""", "100 in 00:10:00 of 401, 403, 429")]
    [InlineData("""{ "Limits": "5/s", "InvalidRequests": { "Quota": 7, "Window": "1 h", "Statuses": [ 404, 429 ] } }""", "7 in 01:00:00 of 404, 429")]
    [InlineData("""{ "Limits": "5/s", "InvalidRequests": { "Enabled": false, "Quota": 7, "Window": "1 h" } }""", null)]
    [InlineData("""{ "Preset": "discord" }""", "9999 in 00:10:00 of 401, 403, 429")]
    [InlineData("""{ "Preset": "discord", "Limits": "5/s" }""", "9999 in 00:10:00 of 401, 403, 429")]
    [InlineData("""{ "Preset": "discord", "InvalidRequests": { "Quota": 2500 } }""", "2500 in 00:10:00 of 401, 403, 429")]
    [InlineData("""{ "Preset": "discord", "InvalidRequests": { "Statuses": 403 } }""", "9999 in 00:10:00 of 403")]
    [InlineData("""{ "Preset": "discord", "InvalidRequests": false }""", null)]
    [InlineData("""{ "Preset": "github" }""", null)]
    public void It_means(string json, string? expected)
    {
        using var container = Configured.Container(Configured.Service(json), static services => services.AddHttpClient("a").AddServiceRateLimiting());
        var options = container.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a");

        var counted = DefinitionCompiler.Service("a", options).InvalidRequests;
        (counted is null ? null : $"{counted.Rule.Quota} in {new TimeSpan(counted.Rule.Window)} of {string.Join(", ", counted.Statuses)}").ShouldBe(expected);
    }

    [Theory]
    [InlineData("\"many\"", "'many' → a quota in a window such as '9999/10 minutes', true, false, or a section")]
    [InlineData("\"5 concurrent\"", "'5 concurrent' → a quota in a window such as '9999/10 minutes', true, false, or a section")]
    [InlineData("\"5 tokens/minute\"", "'5 tokens/minute' → a quota in a window such as '9999/10 minutes', true, false, or a section")]
    [InlineData("\"5/day pace even\"", "'5/day pace even' → a quota in a window such as '9999/10 minutes', true, false, or a section")]
    [InlineData("\"5/minute per key\"", "'5/minute per key' → a quota in a window such as '9999/10 minutes', true, false, or a section")]
    [InlineData("{ \"Count\": 5 }", ":Count: unknown key → one of Enabled, Quota, Window, Statuses")]
    [InlineData("{ \"Quota\": 0, \"Window\": \"1 min\" }", ":Quota: '0' → " + Quota)]
    [InlineData("{ \"Quota\": 5 }", ":Window: missing → " + Window)]
    [InlineData("{ \"Window\": \"1 min\" }", ":Quota: missing → " + Quota)]
    [InlineData("{ \"Statuses\": [ 401 ] }", ":Quota: missing → " + Quota)]
    [InlineData("{ \"Quota\": 5, \"Window\": \"1 min\", \"Statuses\": [ 200 ] }", ":Statuses:0: '200' → a status from 400 to 599")]
    public void What_is_wrong_is_said(string section, string sentence) =>
        Configured.Faults(Configured.Service($$"""{ "Limits": "5/s", "InvalidRequests": {{section}} }""")).ShouldBe([sentence[0] == ':' ? $"{Place}{sentence}." : $"{Place}: {sentence}."]);

    [Fact]
    public void Options_in_code_are_held_to_the_same()
    {
        Configured.Faults(configuration: null, static services => services.AddServiceRateLimiting("a", static service =>
        {
            service.Limit("5/s");
            (service.InvalidRequests.Quota, service.InvalidRequests.Window) = (-1, TimeSpan.FromDays(40));
            service.InvalidRequests.Statuses.Add(99);
        })).ShouldBe([$"{Place}:Quota: -1 → {Quota}.", $"{Place}:Window: '40.00:00:00' → {Window}.", $"{Place}:Statuses:0: 99 → a status from 400 to 599."]);
    }
}
