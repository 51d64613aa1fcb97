using RateLimited.Http.History.Journal;
using StackExchange.Redis;

namespace RateLimited.Http.History.Redis;

/// <summary>Some consecutive records of a stream.</summary>
/// <param name="Records">The records; those that only a later version can read are left out.</param>
/// <param name="Entries">How many there were in the stream.</param>
/// <param name="LastId">The last one's id; null when there was none.</param>
internal readonly record struct StreamPage(IReadOnlyList<HistoryRecord> Records, int Entries, string? LastId)
{
    /// <summary>Reads what XRANGE answers: of each entry its id, and its fields and values in turn.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static StreamPage Of(RedisResult answer)
    {
        var entries = (RedisResult[]?)answer ?? [];
        var records = new List<HistoryRecord>(entries.Length);
        string? last = null;
        foreach (var entry in entries)
        {
            if ((RedisResult[]?)entry is not [var id, var fields] || (string?)id is not { } text || (RedisResult[]?)fields is not [_, var value, ..])
            {
                throw new InvalidDataException("The store did not answer with the entries of a stream.");
            }

            last = text;
            if (RecordJson.Read((byte[]?)value) is { } record)
            {
                records.Add(record);
            }
        }

        return new StreamPage(records, entries.Length, last);
    }
}
