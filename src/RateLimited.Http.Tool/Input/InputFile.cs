using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tool.Input;

/// <summary>Opens what is to be read, or says in a sentence why it cannot be.</summary>
internal static class InputFile
{
    private const int MaxShownPath = 200;

    /// <param name="path">The file.</param>
    /// <param name="mostBytes">What is larger is refused.</param>
    /// <exception cref="BadInputException">It cannot be opened, or is too large.</exception>
    public static FileStream Open(string path, long mostBytes)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.CanSeek && file.Length > mostBytes)
            {
                var length = file.Length;
                file.Dispose();
                throw new BadInputException($"{Shown(path)}: {length} bytes → at most {mostBytes}.");
            }

            return file;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{Shown(path)}: there is no such file.", fault);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException(Directory.Exists(path) ? $"{Shown(path)}: a directory → a file." : $"{Shown(path)}: it cannot be read.", fault);
        }
    }

    /// <summary>The path as it may stand in a sentence.</summary>
    public static string Shown(string path) => Fault.Excerpt(path, MaxShownPath);
}
