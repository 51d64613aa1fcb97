using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Testing.Tests;

public sealed class LogCollectorTests
{
    private readonly LogCollector _logs = new();

    [Fact]
    public void An_entry_has_its_text_and_the_values_in_it()
    {
        var fault = new InvalidOperationException("broken");

        _logs.CreateLogger("mine").LogWarning(new EventId(7, "Held"), fault, "{Service} waits {Seconds} s", "api", 3);

        var entry = _logs.Entries.ShouldHaveSingleItem();
        entry.Category.ShouldBe("mine");
        entry.Level.ShouldBe(LogLevel.Warning);
        entry.Event.ShouldBe(new EventId(7, "Held"));
        entry.Message.ShouldBe("api waits 3 s");
        entry["Service"].ShouldBe("api");
        entry["Seconds"].ShouldBe(3);
        entry["{OriginalFormat}"].ShouldBe("{Service} waits {Seconds} s");
        entry["Nothing"].ShouldBeNull();
        entry.Exception.ShouldBeSameAs(fault);
        entry.ToString().ShouldBe("Warning: api waits 3 s");
    }

    [Fact]
    public void Entries_of_this_library_are_told_from_others()
    {
        _logs.CreateLogger("RateLimited.Http").LogInformation("ours");
        _logs.CreateLogger("System.Net.Http").LogInformation("theirs");

        _logs.Ours.Select(entry => entry.Message).ShouldBe(["ours"]);
        _logs.Entries.Count.ShouldBe(2);
    }

    [Fact]
    public void What_is_below_the_minimum_is_not_logged()
    {
        _logs.MinimumLevel = LogLevel.Warning;
        var logger = _logs.CreateLogger("mine");

        logger.IsEnabled(LogLevel.Information).ShouldBeFalse();
        logger.IsEnabled(LogLevel.Error).ShouldBeTrue();
        logger.IsEnabled(LogLevel.None).ShouldBeFalse();
        logger.LogInformation("quiet");
        logger.LogError("loud");

        _logs.Entries.Select(entry => entry.Message).ShouldBe(["loud"]);
    }

    [Fact]
    public void It_stands_in_a_hosts_logging_and_outlives_it()
    {
        using (var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(_logs)).BuildServiceProvider())
        {
            services.GetRequiredService<ILogger<LogCollectorTests>>().LogInformation("hello");
        }

        _logs.Entries.Select(entry => entry.Message).ShouldBe(["hello"]);
        _logs.Clear();
        _logs.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void It_is_a_factory_of_itself_alone() => Should.Throw<NotSupportedException>(() => _logs.AddProvider(_logs));
}
