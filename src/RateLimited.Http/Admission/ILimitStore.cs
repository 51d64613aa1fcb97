namespace RateLimited.Http.Admission;

/// <summary>
/// Where limits' state lives. One call for each event, so that a remote store needs one round trip for it. Every call answers at once: a store that has to ask somebody says so by the
/// instant at which to ask again, and wakes the lines of the services concerned when it knows.
/// </summary>
internal interface ILimitStore
{
    /// <summary>The clock that instants are read from.</summary>
    MonotonicClock Clock { get; }

    /// <summary>Charges all limits of the request, or none and says which refused and until when.</summary>
    Decision Admit(AdmissionTicket ticket);

    /// <summary>
    /// As if <see cref="Admit"/> were called for one of a lane's requests after the other for as long as they are admitted, but in one step and at one instant. Returns how many were;
    /// the answer is that to the last that was asked for.
    /// </summary>
    int AdmitRun(ReadOnlySpan<AdmissionTicket> run, out Decision decision);

    /// <summary>Charges all limits of the request, whether they have room or not.</summary>
    void Force(AdmissionTicket ticket);

    /// <summary>What <see cref="Admit"/> would answer, without charging.</summary>
    Decision Peek(AdmissionTicket ticket);

    /// <summary>The first instant at which the request may go when a line before it goes first.</summary>
    /// <param name="ticket">The request.</param>
    /// <param name="line">What stands before it, or null to ask of the limits alone.</param>
    Decision Project(AdmissionTicket ticket, WaitingLine? line);

    /// <summary>Releases what the request holds, after replacing estimates by true costs. Returns which lines may move.</summary>
    Loosened Settle(AdmissionTicket ticket, bool giveBack);

    /// <summary>Tells the limits of a request what became of it. Returns which lines may move.</summary>
    Loosened Learn(AdmissionTicket ticket, Limits.AnswerKind kind, bool isExplained, bool isInvalid);

    /// <summary>Tells what the upstream said.</summary>
    void Signal(BoundService service, in RequestOutcome outcome);
}

/// <summary>Whose waiters a settlement has made room for.</summary>
internal enum Loosened
{
    Nobody,
    Service,
    Everybody,
}
