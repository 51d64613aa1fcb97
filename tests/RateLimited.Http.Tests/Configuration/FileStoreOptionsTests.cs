using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Persistence;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>The store that outlives the process, as it is configured.</summary>
public sealed class FileStoreOptionsTests
{
    private const string Kept = """{ "Store": "file", "Limits": "5/day fixed" }""";

    [Fact]
    public async Task A_service_goes_on_with_what_a_container_before_it_has_used()
    {
        var directory = KeptBed.NewDirectory();
        (await GoingAsync(directory, 4)).ShouldBe(4);
        (await GoingAsync(directory, 4)).ShouldBe(1);
    }

    [Fact]
    public void A_second_program_in_the_same_directory_does_not_start()
    {
        var directory = KeptBed.NewDirectory();
        using var first = Container(directory);
        first.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.ShouldHaveSingleItem();
        using var second = Container(directory);

        Should.Throw<IOException>(() => second.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus()).Message.ShouldContain("belongs to another process");
    }

    [Theory]
    [InlineData("""{ "Services": { "a": { "Store": "File", "Limits": "5/day" } } }""", "RateLimiting:Services:a:Store: 'File' → a directory for it in RateLimiting:File:Directory, or 'Memory'.")]
    [InlineData("""{ "Services": { "a": { "Store": "Disk", "Limits": "5/day" } } }""", "RateLimiting:Services:a:Store: 'Disk' → 'Memory', 'File' or 'Redis'.")]
    [InlineData("""{ "File": { "OnFailure": "Open" }, "Services": { "a": { "Limits": "5/day" } } }""", "RateLimiting:File:OnFailure: 'Open' → one of Memory, FailClosed.")]
    [InlineData("""{ "File": { "Directory": "" }, "Services": { "a": { "Limits": "5/day" } } }""", "RateLimiting:File:Directory: missing → the path of a directory that belongs to this program alone, such as /var/lib/crawler/limits.")]
    [InlineData(
        """{ "File": { "Directory": "x" }, "Services": { "a": { "Store": "File", "Limits": "5/day", "Keys": { "List": [ "sk-1" ], "Origin": "https://a.example" } } } }""",
        "RateLimiting:Services:a:Keys: a key without a name → a Name for each key where Store is 'File': what a key has used is kept under its name.")]
    public void Faults_say_what_would_be_right(string section, string sentence) => Configured.Faults(Configured.Json($$"""{ "RateLimiting": {{section}} }""")).ShouldContain(sentence);

    /// <summary>How many of so many requests go at once, but for the disk; the others would wait for the next day and are refused.</summary>
    private static async Task<int> GoingAsync(string directory, int most)
    {
        await using var container = Container(directory);
        var limiter = container.GetRequiredKeyedService<IServiceRateLimiter>("a");
        var gone = 0;
        for (var i = 0; i < most; i++)
        {
            try
            {
                using var lease = await limiter.AcquireAsync(cancellationToken: TestContext.Current.CancellationToken);
                gone++;
            }
            catch (RateLimitRejectedException)
            {
                // Not today.
            }
        }

        return gone;
    }

    private static ServiceProvider Container(string directory) => Configured.Container(
        Configured.Json($$"""{ "RateLimiting": { "File": { "Directory": "{{directory.Replace("\\", "/", StringComparison.Ordinal)}}" }, "Services": { "a": {{Kept}} } } }"""),
        static services => services.AddServiceRateLimiting("a"));
}
