namespace RateLimited.Http.Redis.Messages;

/// <summary>A concurrency limit's: how many are held in all, and for how long a process that says nothing more keeps what it holds.</summary>
internal sealed class LeaseTerms(long id, long quota, long timeToLive) : LimitTerms(id)
{
    public override LimitKind Kind => LimitKind.Leases;

    public override void Write(MessageWriter message, long guard, long serverNow) => message.Add(Id, (long)Kind, quota, timeToLive, 0, 0, 0, 0, 0, 0);
}
