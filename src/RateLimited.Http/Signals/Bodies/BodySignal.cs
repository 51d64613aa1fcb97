using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Bodies;

/// <summary>What the body of a failure says, where headers say nothing.</summary>
internal struct BodySignal
{
    /// <summary>What the codes in the body mean, the gravest of them; null when none is known.</summary>
    public BodyMeaning? Meaning { get; internal set; }

    /// <summary>The wait that the body asks for, as written.</summary>
    public long? RetryAfterTicks { get; internal set; }

    /// <summary>The refusal concerns everything, not this endpoint.</summary>
    public bool IsGlobal { get; internal set; }

    /// <summary>The refusal is that of a provider behind the service.</summary>
    public bool IsFromBehind { get; internal set; }

    /// <summary>The message is that of a limit which no header shows: GitHub's secondary one.</summary>
    public bool IsHiddenLimit { get; internal set; }

    /// <summary>The body of a success tells of errors.</summary>
    public bool TellsOfErrors { get; internal set; }

    /// <summary>What the request was estimated to cost.</summary>
    public long? RequestedCost { get; internal set; }

    /// <summary>What it did cost.</summary>
    public long? ActualCost { get; internal set; }

    /// <summary>How large the bucket is.</summary>
    public long? Maximum { get; internal set; }

    /// <summary>How much is in it.</summary>
    public long? Available { get; internal set; }

    /// <summary>How much it gains each second.</summary>
    public long? RestoredPerSecond { get; internal set; }

    internal void Mean(BodyMeaning meaning)
    {
        if (Meaning is not { } known || meaning.Gravity > known.Gravity)
        {
            Meaning = meaning;
        }
    }

    internal void Wait(long ticks) => RetryAfterTicks = Math.Max(RetryAfterTicks ?? 0, ticks);
}
