namespace RateLimited.Http.Pipeline;

/// <summary>How it stands with a body.</summary>
internal enum BodyState
{
    /// <summary>Bytes come, or nobody asks for any.</summary>
    GoesOn,

    /// <summary>Nobody has read it for too long, and nobody waits for what it holds: it is not waited for any longer, and can be read on.</summary>
    Unread,

    /// <summary>Nobody has read it for too long, and others wait for what it holds.</summary>
    Abandoned,

    /// <summary>Somebody reads it, and no byte has come for too long.</summary>
    Stalled,

    /// <summary>It was not whole in time.</summary>
    TooLong,
}

/// <summary>How long a response's body is waited for. Pure: time is handed in.</summary>
/// <param name="Idle">From one byte to the next.</param>
/// <param name="Whole">From the headers to the end; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it likes.</param>
internal readonly record struct BodyPatience(TimeSpan Idle, TimeSpan Whole)
{
    /// <summary>The same for a body that is part of a call whose time is over so long after its headers: whichever is sooner.</summary>
    /// <param name="left">What was left of the call's time when the headers came; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it likes.</param>
    /// <param name="isSooner">Whether it is the call's time that ends it.</param>
    public BodyPatience Within(TimeSpan left, out bool isSooner)
    {
        isSooner = left != Timeout.InfiniteTimeSpan && (Whole == Timeout.InfiniteTimeSpan || left < Whole);
        return isSooner ? this with { Whole = left } : this;
    }

    /// <summary>Looks at a body.</summary>
    /// <param name="sinceHeaders">How long ago its headers came.</param>
    /// <param name="sinceByte">How long ago its last byte was read, or a read began.</param>
    /// <param name="isRead">Whether somebody waits for bytes.</param>
    /// <param name="holdsPlace">Whether others wait for its end.</param>
    /// <param name="next">When to look again, if nothing happens till then; <see cref="Timeout.InfiniteTimeSpan"/> for not before somebody reads.</param>
    public BodyState Look(TimeSpan sinceHeaders, TimeSpan sinceByte, bool isRead, bool holdsPlace, out TimeSpan next)
    {
        var left = Whole == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : Whole - sinceHeaders;
        if (left <= TimeSpan.Zero)
        {
            next = Timeout.InfiniteTimeSpan;
            return BodyState.TooLong;
        }

        var idle = Idle - sinceByte;
        if (idle > TimeSpan.Zero)
        {
            next = idle < left ? idle : left;
            return BodyState.GoesOn;
        }

        next = left == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : left;
        return isRead ? BodyState.Stalled : holdsPlace ? BodyState.Abandoned : BodyState.Unread;
    }
}
