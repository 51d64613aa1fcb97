using System.Text;

namespace RateLimited.Http.Tool.Tests;

/// <summary>A file that is gone after the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string text, string extension = ".json")
        : this(Encoding.UTF8.GetBytes(text), extension)
    {
    }

    public TemporaryFile(byte[] bytes, string extension = ".json")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ratelimited-{Guid.NewGuid():n}{extension}");
        File.WriteAllBytes(Path, bytes);
    }

    public string Path { get; }

    /// <summary>The section of one service named <c>shop</c>.</summary>
    public static TemporaryFile Service(string json) => new($$"""{ "RateLimiting": { "Services": { "shop": {{json}} } } }""");

    public void Dispose() => File.Delete(Path);
}
