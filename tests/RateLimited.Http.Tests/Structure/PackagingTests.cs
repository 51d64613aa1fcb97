using System.Reflection;
using System.Xml.Linq;

namespace RateLimited.Http.Tests.Structure;

/// <summary>What ships is under src, all of it documented; nothing else ships.</summary>
public sealed class PackagingTests
{
    private static readonly Assembly Library = typeof(IServiceRateLimiter).Assembly;

    private static readonly Dictionary<string, Type> Exported =
        Library.GetExportedTypes().ToDictionary(static type => type.FullName!.Replace('+', '.'), StringComparer.Ordinal);

    [Fact]
    public void Everything_under_src_is_packed() => Settings("src/Directory.Build.props", "IsPackable").ShouldBe(["true"]);

    [Fact]
    public void Nothing_else_is_packed() => Settings("Directory.Build.props", "IsPackable").ShouldBe(["false"]);

    [Fact]
    public void No_project_decides_otherwise() =>
        BuildFiles().Where(static file => file is not ("Directory.Build.props" or "src/Directory.Build.props") && Settings(file, "IsPackable").Length > 0).ShouldBeEmpty();

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Repository.PathOf("RateLimited.Http.sln")).Replace('\\', '/');

        Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{file}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Package_validation_and_documentation_are_on()
    {
        Settings("src/Directory.Build.props", "EnablePackageValidation").ShouldBe(["true"]);
        Settings("src/Directory.Build.props", "GenerateDocumentationFile").ShouldBe(["true"]);
        Settings("Directory.Build.props", "TreatWarningsAsErrors").ShouldBe(["true"]);
    }

    [Fact]
    public void Nobody_silences_the_warning_for_missing_documentation()
    {
        const string Missing = "CS" + "1591";

        Repository.Files.Where(static file => file.StartsWith("src/", StringComparison.Ordinal) || BuildFiles().Contains(file, StringComparer.Ordinal) || file == ".editorconfig")
            .Where(static file => File.ReadAllText(Repository.PathOf(file)).Contains(Missing, StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_documented_public_member_says_something()
    {
        var members = Documentation().Descendants("member").Where(static member => IsPublic(member.Attribute("name")!.Value)).ToArray();

        members.ShouldNotBeEmpty();
        members.Where(static member => !SaysSomething(member)).Select(static member => member.Attribute("name")?.Value).ShouldBeEmpty();
    }

    [Fact]
    public void Every_public_type_is_documented()
    {
        var documented = Documentation().Descendants("member").Select(static member => member.Attribute("name")?.Value).ToHashSet(StringComparer.Ordinal);

        Exported.Keys.Where(name => !documented.Contains($"T:{name}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("T:RateLimited.Http.UnitCost", true)]
    [InlineData("M:RateLimited.Http.ServiceLease.Dispose(System.Boolean)", true)]
    [InlineData("M:RateLimited.Http.UnitCost.#ctor(System.String,System.Int64)", true)]
    [InlineData("F:RateLimited.Http.RateLimitMode.DryRun", true)]
    [InlineData("T:RateLimited.Http.Limits.LimitRule", false)]
    [InlineData("P:RateLimited.Http.Limits.LimitRule.Quota", false)]
    public void Public_members_are_told_from_internal_ones(string documentationId, bool isPublic) => IsPublic(documentationId).ShouldBe(isPublic);

    [Theory]
    [InlineData("<member><summary> </summary></member>", false)]
    [InlineData("<member><param name='x'>text</param></member>", false)]
    [InlineData("<member><summary><see cref='T:X'/></summary></member>", true)]
    [InlineData("<member><summary>Text.</summary></member>", true)]
    [InlineData("<member><inheritdoc/></member>", true)]
    public void An_empty_summary_is_found(string member, bool saysSomething) => SaysSomething(XElement.Parse(member)).ShouldBe(saysSomething);

    /// <summary>Documentation ids are a letter, a colon, the name and perhaps parameters: CS1591 sees that the public ones are all there.</summary>
    private static bool IsPublic(string documentationId)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var name = documentationId[2..].Split('(')[0];
        if (documentationId[0] == 'T')
        {
            return Exported.ContainsKey(name);
        }

        var member = name[(name.LastIndexOf('.') + 1)..].Split("``")[0].Replace('#', '.');
        return Exported.TryGetValue(name[..name.LastIndexOf('.')], out var type)
            && type.GetMember(member, Any).Any(static found => found is not MethodBase method || method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);
    }

    private static XDocument Documentation() => XDocument.Load(Path.ChangeExtension(Library.Location, ".xml"));

    private static bool SaysSomething(XElement member) =>
        member.Element("inheritdoc") is not null || member.Element("summary") is { } summary && (summary.HasElements || !string.IsNullOrWhiteSpace(summary.Value));

    private static IEnumerable<string> BuildFiles() =>
        Repository.Files.Where(static file => file.EndsWith(".csproj", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal));

    private static string[] Settings(string file, string property) =>
        [.. XDocument.Load(Repository.PathOf(file)).Descendants(property).Select(static element => element.Value)];
}
