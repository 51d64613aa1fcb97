namespace RateLimited.Http.Redis.Messages;

/// <summary>
/// A concurrency limit's: how many are held in all, for how long a process that says nothing more keeps what it holds, into how many parts what is not used upstream is divided, of which one may be held, and for
/// how long a window of the upstream's is taken for one that others use too that is not known to be ours alone.
/// </summary>
internal sealed class LeaseTerms(long id, long quota, long timeToLive, int parts = 1, long patience = 0) : LimitTerms(id)
{
    public override LimitKind Kind => LimitKind.Leases;

    public override void Write(MessageWriter message, long guard, long serverNow) => message.Add(Id, (long)Kind, quota, timeToLive, parts, patience, 0, 0, 0, 0);
}
