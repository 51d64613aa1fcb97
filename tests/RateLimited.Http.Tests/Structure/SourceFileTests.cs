using System.Text.RegularExpressions;

namespace RateLimited.Http.Tests.Structure;

/// <summary>What the habits say of files.</summary>
public sealed partial class SourceFileTests
{
    private const int LongestSource = 400;
    private const int LongestTest = 500;

    private static readonly string[] Text = [".cs", ".csproj", ".props", ".targets", ".json", ".md", ".sh", ".txt", ".xml", ".config", ".sln", ".yml", ".yaml", ".editorconfig", ".gitignore"];

    [Fact]
    public void No_source_file_is_a_scroll() => LongerThan(LongestSource, "src/").ShouldBeEmpty();

    [Fact]
    public void No_test_file_is_a_scroll() => LongerThan(LongestTest, "tests/").ShouldBeEmpty();

    [Fact]
    public void A_file_over_the_bound_is_found() => LongerThan(1, "tests/").ShouldContain(static file => file.Contains(nameof(SourceFileTests), StringComparison.Ordinal));

    [Fact]
    public void No_file_is_named_for_being_a_drawer() =>
        Repository.Files.Where(static file => file.EndsWith(".cs", StringComparison.Ordinal) && IsDrawer(file)).ShouldBeEmpty();

    [Theory]
    [InlineData("src/RetryHelper.cs", true)]
    [InlineData("src/Helpers.cs", true)]
    [InlineData("src/KeyManager.cs", true)]
    [InlineData("src/TimeUtils.cs", true)]
    [InlineData("src/StoreImpl.cs", true)]
    [InlineData("src/Impl.Partial.cs", true)]
    [InlineData("src/Limits/TokenBucket.cs", false)]
    [InlineData("src/Implied.cs", false)]
    public void Drawers_are_recognised(string file, bool isDrawer) => IsDrawer(file).ShouldBe(isDrawer);

    [Fact]
    public void No_file_names_a_machine_or_a_package_host() =>
        Repository.Files.Where(IsText).SelectMany(static file => Foreign().Matches(File.ReadAllText(Repository.PathOf(file))).Select(match => $"{file}: {match.Value}")).ShouldBeEmpty();

    [Theory]
    [InlineData("cd /ho", "me/someone/x")]
    [InlineData("\"/ro", "ot/.nuget/packages\"")]
    [InlineData("/wo", "rk/wt/infra")]
    [InlineData("/Us", "ers/someone/x")]
    [InlineData("C", ":\\Users\\someone")]
    [InlineData("https://api.nu", "get.org/v3/index.json")]
    [InlineData("https://example.pkgs.vis", "ualstudio.com/x")]
    public void Machines_and_hosts_are_recognised(string firstHalf, string secondHalf) => Foreign().IsMatch(firstHalf + secondHalf).ShouldBeTrue();

    [Theory]
    [InlineData("GET /users/{name}/repos")]
    [InlineData("GET /repos/{owner}/{repo}/work/items")]
    [InlineData("[nuget.config](nuget.config)")]
    public void Routes_are_not_taken_for_machines(string text) => Foreign().IsMatch(text).ShouldBeFalse();

    private static bool IsDrawer(string file) => Drawer().IsMatch(Path.GetFileName(file).Split('.')[0]);

    private static bool IsText(string file) => Text.Contains(Path.GetExtension(file), StringComparer.Ordinal) || Path.GetExtension(file).Length == 0;

    private static IEnumerable<string> LongerThan(int lines, string under) =>
        from file in Repository.Files
        where file.StartsWith(under, StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)
        let length = File.ReadLines(Repository.PathOf(file)).Count()
        where length > lines
        select $"{file} has {length} lines; at most {lines} fit a reader";

    [GeneratedRegex("(Helper|Manager|Util|Impl)s?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Drawer();

    [GeneratedRegex(@"(?<![\w}])/(home|root|work|Users)/[\w.]|\b[A-Z]:\\(Users|Windows|Program|src|work)|https?://[\w.-]*(nuget|pkgs\.visualstudio|myget)[\w.-]*",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Foreign();
}
