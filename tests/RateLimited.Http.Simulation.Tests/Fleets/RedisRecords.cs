using System.Buffers.Binary;
using System.Text;
using RateLimited.Http.Simulation.Tests.Oracles;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>What must hold of every value that is written, as docs/redis.md lays it out.</summary>
internal static class RedisRecords
{
    private const int HeaderBytes = 28;
    private const int RecordBytes = 40;

    /// <exception cref="InvariantException">A value is not of the schema, or says that less than nothing is used.</exception>
    public static void Check(IReadOnlyList<(string Key, byte[] Value)> written)
    {
        foreach (var (key, value) in written)
        {
            // What a process last called is an answer, and no limit's.
            if (!key.Contains(":o:", StringComparison.Ordinal))
            {
                Check(key, value);
            }
        }
    }

    private static void Check(string key, byte[] value)
    {
        Require(value.Length >= HeaderBytes && Encoding.ASCII.GetString(value, 0, 4) == "RLH2", key, "it is not of schema 2");
        var (at, tail) = (HeaderBytes, HeaderBytes + (int)Number(value, 20));
        var end = tail;
        while (at < end)
        {
            var (state, length) = (at + RecordBytes, (int)Number(value, at + 24));
            CheckState(key, value, state, length);
            (at, tail) = (state + length, tail + (int)Number(value, at + 32));
        }

        Require(at == end && tail == value.Length, key, "its parts are not as long as it says");
    }

    private static void CheckState(string key, byte[] value, int state, int length)
    {
        double At(int index) => Number(value, state + (8 * index));
        IEnumerable<double> Lent() => Enumerable.Range(0, (int)At(0)).Select(i => At(3 + (3 * i)));

        // What is lent says to how many, and is as long as that, with five numbers more of a window that was told of, and seven of what flows back. No instant, which others begin with, is as small.
        var lent = length - 16 - (24 * At(0));
        double[] counts = length switch
        {
            _ when lent is 0 => [At(0), .. Lent()],
            _ when lent is 40 => [At(0), .. Lent(), At((length / 8) - 5), At((length / 8) - 3)],
            _ when lent is 56 => [At(0), .. Lent(), At((length / 8) - 2), At((length / 8) - 1)],
            144 => [At(4), At(5), At(6), At(13), At(14), At(15)],
            80 => [At(1), At(4)],
            24 => [At(0), At(1)],
            _ => [At(1), At(2), At(3), At(4)],
        };
        Require(counts.All(static count => count >= 0 && double.IsInteger(count)), key, $"it counts {string.Join(", ", counts)}");
    }

    private static double Number(byte[] value, int at) => BinaryPrimitives.ReadDoubleLittleEndian(value.AsSpan(at));

    private static void Require(bool holds, string key, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantException($"redis {key}: {otherwise}");
        }
    }
}
