using System.Numerics;

namespace RateLimited.Http.Redis.Messages;

/// <summary>
/// Those of a quota that flows back all the time and that responses tell of: what one part of it takes, for how long a process that says nothing more keeps what it holds, how long the first answer is waited
/// for, and how far ahead the instant lies at most at which all is back.
/// </summary>
internal sealed class FlowTerms(long id, long quota, long window, long timeToLive, long patience, long mostAhead) : LimitTerms(id)
{
    private readonly long _divisor = (long)BigInteger.GreatestCommonDivisor(quota, window);

    public override LimitKind Kind => LimitKind.Flow;

    public override void Write(MessageWriter message, long guard, long serverNow)
    {
        // What is under way counts until it is answered: nothing bunches up that would have to be padded.
        var (ticks, parts) = (window / _divisor, quota / _divisor);
        message.Add(Id, (long)Kind, quota, window, parts, ticks / parts, ticks % parts, timeToLive, patience, mostAhead);
    }
}
