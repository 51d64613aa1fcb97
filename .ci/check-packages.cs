#:property PublishAot=false

using System.IO.Compression;
using System.Xml.Linq;

// What every package must hold. Usage: dotnet run --file .ci/check-packages.cs -- DIRECTORY-OF-PACKAGES DIRECTORY-OF-SOURCES
// A new package, and a new dependency of one, are decisions: they are made here.
Dictionary<string, string[]> allowed = new(StringComparer.Ordinal)
{
    ["RateLimited.Http"] =
    [
        "Microsoft.Extensions.Http", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Options.ConfigurationExtensions",
        "Polly.Core", "System.Threading.RateLimiting",
    ],
    ["RateLimited.Http.Testing"] = ["RateLimited.Http"],
    ["RateLimited.Http.AI"] = ["RateLimited.Http", "Microsoft.Extensions.AI.Abstractions", "Microsoft.Extensions.Caching.Abstractions"],
    ["RateLimited.Http.Alerts"] = ["RateLimited.Http", "MailKit", "Microsoft.Extensions.Hosting.Abstractions"],
    ["RateLimited.Http.Caching"] = ["RateLimited.Http"],
    ["RateLimited.Http.Dashboard"] = ["RateLimited.Http"],
    ["RateLimited.Http.History"] = ["RateLimited.Http", "Microsoft.Extensions.Hosting.Abstractions"],
    ["RateLimited.Http.History.PostgreSql"] = ["RateLimited.Http", "RateLimited.Http.History", "Microsoft.Extensions.Hosting.Abstractions", "Npgsql"],
    ["RateLimited.Http.History.Redis"] =
    [
        "RateLimited.Http", "RateLimited.Http.History", "RateLimited.Http.Redis", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions", "StackExchange.Redis",
    ],
    ["RateLimited.Http.Redis"] = ["RateLimited.Http", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions", "StackExchange.Redis"],
};

// A tool depends on nothing: it brings what it needs. These are the assemblies of others that it may bring.
Dictionary<string, string[]> brings = new(StringComparer.Ordinal)
{
    ["RateLimited.Http.Tool"] = ["Microsoft.Extensions.", "Polly.Core", "RateLimited.Http", "RateLimited.Http.History", "RateLimited.Http.Testing", "Spectre.Console", "System.CommandLine", "System.Threading.RateLimiting"],
};

var (packages, sources) = (args[0], args[1]);
var faults = new List<string>();
var projects = Directory.EnumerateFiles(sources, "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal).ToArray();
var built = Directory.EnumerateFiles(packages, "*.nupkg").Order(StringComparer.Ordinal).ToArray();
if (built.Length != projects.Length)
{
    faults.Add($"{sources} has {projects.Length} projects ({string.Join(", ", projects)}) but {built.Length} packages were built: {string.Join(", ", built.Select(Path.GetFileName))}");
}

foreach (var package in built)
{
    Check(package);
}

foreach (var fault in faults)
{
    Console.Error.WriteLine($"package: {fault}");
}

return faults.Count == 0 ? 0 : 1;

void Check(string package)
{
    using var archive = ZipFile.OpenRead(package);
    var files = archive.Entries.Select(static entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
    var nuspec = XDocument.Load(archive.Entries.Single(static entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
    var id = Text("id");

    Require(Text("readme") == "README.md" && files.Contains("README.md"), "has no README.md");
    Require(Text("license") == "MIT", "does not say its licence");
    Require(Text("description").Length > 0 && Text("description") != "Package Description", "has no description");
    var isTool = nuspec.Descendants().Any(static element => element.Name.LocalName == "packageType" && element.Attribute("name")?.Value == "DotnetTool");
    var place = isTool ? "tools/net10.0/any" : "lib/net10.0";
    Require(files.Contains($"{place}/{id}.dll"), $"has no {place}/{id}.dll");
    Require(files.Contains($"{place}/{id}.xml"), $"has no XML documentation, {place}/{id}.xml");
    Require(HasSymbols(Path.ChangeExtension(package, ".snupkg"), $"{place}/{id}.pdb"), "has no symbols package beside it with its .pdb");

    foreach (var schema in Schemas(Path.Combine(sources, id)))
    {
        Require(files.Any(file => Path.GetFileName(file) == schema), $"leaves out {schema}");
    }

    var dependencies = nuspec.Descendants().Where(static element => element.Name.LocalName == "dependency").Select(static element => element.Attribute("id")!.Value).ToArray();
    if (isTool && brings.TryGetValue(id, out var mayBring))
    {
        foreach (var brought in files.Where(file => file.EndsWith(".dll", StringComparison.Ordinal)).Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => name != id))
        {
            Require(mayBring.Any(known => known.EndsWith('.') ? brought.StartsWith(known, StringComparison.Ordinal) : brought == known), $"brings {brought}, which .ci/check-packages.cs does not allow");
        }

        Console.WriteLine($"{id} {Text("version")}: {files.Count} files, a tool");
        Require(dependencies.Length == 0, $"is a tool and depends on {string.Join(", ", dependencies)}");
        return;
    }

    if (!allowed.TryGetValue(id, out var mayNeed))
    {
        faults.Add($"{id} is not in the list of packages in .ci/check-packages.cs");
        return;
    }

    // What the core needs is pinned, and so stands in the list of whoever needs the core.
    var pinned = mayNeed.Contains("RateLimited.Http", StringComparer.Ordinal) ? allowed["RateLimited.Http"] : [];
    foreach (var dependency in dependencies.Except(mayNeed, StringComparer.Ordinal).Except(pinned, StringComparer.Ordinal))
    {
        faults.Add($"{id} depends on {dependency}, which .ci/check-packages.cs does not allow");
    }

    Console.WriteLine($"{id} {Text("version")}: {files.Count} files, depends on {(dependencies.Length == 0 ? "nothing" : string.Join(", ", dependencies))}");

    string Text(string element) => nuspec.Descendants().FirstOrDefault(e => e.Name.LocalName == element)?.Value.Trim() ?? "";

    void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            faults.Add($"{id} {otherwise}");
        }
    }
}

static IEnumerable<string> Schemas(string project) =>
    Directory.EnumerateFiles(project, "*schema.json", new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive, RecurseSubdirectories = true })
        .Where(file => Path.GetRelativePath(project, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
        .Select(file => Path.GetFileName(file));

static bool HasSymbols(string symbols, string file)
{
    if (!File.Exists(symbols))
    {
        return false;
    }

    using var archive = ZipFile.OpenRead(symbols);
    return archive.Entries.Any(entry => entry.FullName == file);
}
