namespace RateLimited.Http.Admission.Persistence;

/// <summary>All that a process left behind: the last that it wrote of each partition.</summary>
internal sealed class KeptStates
{
    /// <summary>What clocks showed when it last wrote.</summary>
    public ClockMark Mark { get; set; }

    /// <summary>Whether something that was written is lost. What went is not known then.</summary>
    public bool IsDoubtful { get; init; }

    public Dictionary<long, KeptLimit> Limits { get; } = [];

    /// <summary>By the limit's number and the partition's place in it.</summary>
    public Dictionary<(long Limit, string Place), WrittenState> States { get; } = [];

    public Dictionary<string, ReadOnlyMemory<byte>> Services { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the newest of several files that can be.</summary>
    /// <param name="files">Each file's name and what stands in it, the newest first.</param>
    /// <param name="torn">Is told of a file that ends within a frame, which nothing was done for, and how many bytes that is.</param>
    /// <param name="damaged">Is told of a file in which something was changed.</param>
    /// <returns>Null where there are no files.</returns>
    /// <exception cref="FormatException">There are files and none can be read.</exception>
    public static KeptStates? Read(IEnumerable<(string Name, ReadOnlyMemory<byte> Bytes)> files, Action<string, long> torn, Action<string> damaged)
    {
        string? newest = null;
        foreach (var (name, bytes) in files)
        {
            if (Generation.Read(bytes) is { } generation && TryRead(generation, isDoubtful: newest is not null) is { } states)
            {
                if (states.IsDoubtful)
                {
                    damaged(newest ?? name);
                }
                else if (generation.State == FrameState.Torn)
                {
                    torn(name, bytes.Length - generation.WholeLength);
                }

                return states;
            }

            newest ??= name;
        }

        return newest is null ? null : throw new FormatException($"{newest} is not whole");
    }

    private static KeptStates? TryRead(Generation generation, bool isDoubtful)
    {
        var states = new KeptStates { IsDoubtful = isDoubtful || generation.State == FrameState.Damaged };
        try
        {
            foreach (var frame in generation.Frames)
            {
                Records.Read(frame, states);
            }

            return states;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>What was written of one partition.</summary>
/// <param name="Allowance">How much more may have gone since, and until when.</param>
/// <param name="Image">Its state.</param>
internal readonly record struct WrittenState(Allowance Allowance, ReadOnlyMemory<byte> Image);
