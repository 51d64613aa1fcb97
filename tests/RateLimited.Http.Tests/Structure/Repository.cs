namespace RateLimited.Http.Tests.Structure;

/// <summary>The working tree that the tests were built from, without what tools put there.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotOurs = new(StringComparer.Ordinal)
    {
        ".git", ".vs", ".idea", "bin", "obj", "artifacts", "TestResults", "StrykerOutput", "BenchmarkDotNet.Artifacts",
    };

    public static string Root { get; } = FindRoot();

    /// <summary>All files, as paths from the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. FilesUnder(new DirectoryInfo(Root)).Select(static file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static string PathOf(string file) => Path.Combine(Root, file);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "RateLimited.Http.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No RateLimited.Http.sln above {AppContext.BaseDirectory}: the structure tests run from a build inside the working tree.");
    }

    private static IEnumerable<string> FilesUnder(DirectoryInfo directory) =>
        directory.EnumerateFiles().Select(static file => file.FullName)
            .Concat(directory.EnumerateDirectories().Where(static child => !NotOurs.Contains(child.Name)).SelectMany(FilesUnder));
}
