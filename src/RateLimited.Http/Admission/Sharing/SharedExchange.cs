namespace RateLimited.Http.Admission.Sharing;

/// <summary>What happened to what was granted.</summary>
internal enum NoteKind
{
    /// <summary>It is given back.</summary>
    GiveBack,

    /// <summary>Of what an upstream tells: it was granted, went to nobody, and is given back.</summary>
    Unused,

    /// <summary>It cost more than was taken.</summary>
    ChargeMore,

    /// <summary>It was answered, and so has arrived at an instant at the latest. The store answers with the receipt from now on.</summary>
    Answer,

    /// <summary>It was spent without asking.</summary>
    Force,

    /// <summary>So much is still held. The store answers with how much that is, or -1 when it has given it to others.</summary>
    Renew,

    /// <summary>So much is held, whatever the store knows.</summary>
    Hold,

    /// <summary>Where the current window ends.</summary>
    Announce,

    /// <summary>
    /// So much is used upstream, until an instant; the receipt is how far apart two answers may place that, the token for how long others are remembered, zero where not all that went is known. The store
    /// answers how much of it is more than it knows to have gone in that window: others use the quota too.
    /// </summary>
    Heard,

    /// <summary>So much was counted upstream, and nobody said what is used with it.</summary>
    Counted,

    /// <summary>Others use the quota too, as far as is known until an instant: all processes leave them something.</summary>
    Others,

    /// <summary>Nothing happened. The store answers how much is used; of how a key is, the version and the reason.</summary>
    Look,

    /// <summary>A key rests, or does not any more: the receipt is the reason, the instant until when. The store answers with the version and the reason, or zero where something later was said.</summary>
    Rest,

    /// <summary>Responses tell of a key's quota, and others are to know it until an instant. Like <see cref="Rest"/>, but nobody waits for it.</summary>
    Told,

    /// <summary>This process is the one that probes a service, until an instant: the first that tells so by what was told last. The store answers with the version and a reason, or zero.</summary>
    Claim,
}

/// <summary>One thing that a process tells the store.</summary>
internal struct SharedNote
{
    public NoteKind Kind;
    public SharedBalance Balance;
    public long Receipt;
    public long Amount;

    /// <summary>The local instant that it is about.</summary>
    public long Instant;

    /// <summary>What the answer belongs to; zero where nobody needs it.</summary>
    public long Token;

    /// <summary>What the store answered.</summary>
    public long Result;
}

/// <summary>What one request, and those like it, want of one limit.</summary>
internal struct SharedWant
{
    public SharedBalance Balance;

    /// <summary>What the first request needs: without it nothing is granted of any limit.</summary>
    public long Least;

    /// <summary>What more is of use.</summary>
    public long More;

    /// <summary>At most this part of what is left is granted beyond the least: the rest is for others.</summary>
    public int Part;

    public long Granted;
    public long Receipt;
}

/// <summary>A question: all of its limits, or none.</summary>
internal sealed class SharedQuestion
{
    public required SharedWant[] Wants { get; init; }

    public bool IsGranted { get; set; }

    /// <summary>In how many ticks it can be granted; <see cref="Limits.LimitRule.Never"/> when only a release can tell, or none.</summary>
    public long Wait { get; set; }

    /// <summary>What refused longest; null when the whole service pauses.</summary>
    public SharedBalance? Refused { get; set; }

    /// <summary>What is new of the key that was asked with, where that is what refused: the version and the reason.</summary>
    public long News { get; set; }

    /// <summary>In how many ticks something is freed at the latest, of what only a release frees.</summary>
    public long Again { get; set; }
}

/// <summary>All that is told and asked in one round trip. Belongs to whoever exchanges it.</summary>
internal sealed class SharedExchange
{
    public List<SharedNote> Notes { get; } = [];

    public List<SharedQuestion> Questions { get; } = [];

    /// <summary>For how long the upstream wants no request, in ticks; zero when nothing was said.</summary>
    public long Pause { get; set; }

    /// <summary>For how long what is granted may be spent.</summary>
    public long Validity { get; init; }

    /// <summary>When it was first told: what is granted may be spent from then on.</summary>
    public long Began { get; set; }

    /// <summary>Whether it may have been carried out without anybody knowing: then it can only be told once more as it is.</summary>
    public bool IsUnsure { get; set; }

    /// <summary>By how much a limit is padded: what arrives later than it was counted must not arrive with what comes after it.</summary>
    public required Func<SharedBalance, long> GuardOf { get; init; }

    /// <summary>The local clock, that instants are read from.</summary>
    public required Func<long> LocalNow { get; init; }

    /// <summary>Whether to say that this process lives, and to ask how many do.</summary>
    public bool Join { get; set; }

    /// <summary>How many processes live, where that was asked.</summary>
    public int Instances { get; set; }

    /// <summary>How many services of how many processes take of the limits over all services, where that was asked and is counted.</summary>
    public int Takers { get; set; }

    /// <summary>Whether the store answered that knows nothing of what was told before: another one, or one that has lost its data.</summary>
    public bool HasForgotten { get; set; }

    /// <summary>For how long others are to know that responses tell of the upstream's quota, in ticks; zero when nothing was said.</summary>
    public long Tells { get; set; }

    /// <summary>Whether responses told any process of it, where <see cref="Join"/> asked.</summary>
    public bool IsTold { get; set; }

    public bool IsEmpty => Notes.Count == 0 && Questions.Count == 0 && Pause == 0 && Tells == 0 && !Join;
}
