using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RateLimited.Http.History.Journal;

namespace RateLimited.Http.History.Tests.Journal;

/// <summary>A process that writes a journal until it is killed, byte by byte, so that it is killed within a record. It says of each record that was written that it was.</summary>
internal static class EndlessWriter
{
    public const string Word = "write-a-journal";

    public static async Task<int> RunAsync(string directory)
    {
        // Whoever started it may be gone: nobody needs more than this.
        const int Most = 200_000;
        using var settings = JournalDirectory.Settings(options => (options.Directory, options.SegmentBytes) = (directory, 65_536));
        using var store = new JournalStore(settings, TimeProvider.System, NullLoggerFactory.Instance, static path => new Dribbling(path));
        for (var i = 0; i < Most; i++)
        {
            await store.AppendAsync([JournalDirectory.Refusal(TimeProvider.System.GetUtcNow(), i.ToString(CultureInfo.InvariantCulture))], CancellationToken.None);
            await Console.Out.WriteLineAsync(i.ToString(CultureInfo.InvariantCulture));
            await Console.Out.FlushAsync();
        }

        return 0;
    }

    /// <summary>Writes one byte at a time.</summary>
    private sealed class Dribbling(string path) : FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++)
            {
                await base.WriteAsync(buffer.Slice(i, 1), cancellationToken);
            }
        }

        public override void Flush(bool flushToDisk)
        {
            // A killed process loses nothing of what the system was given; what a disk loses without power is not this test's.
        }
    }
}
