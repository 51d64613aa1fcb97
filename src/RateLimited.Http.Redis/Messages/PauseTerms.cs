namespace RateLimited.Http.Redis.Messages;

/// <summary>Until when the upstream wants no request of the service: a limit that is closed until then and counts nothing.</summary>
internal sealed class PauseTerms(long id) : LimitTerms(id)
{
    public override LimitKind Kind => LimitKind.Pause;

    public override void Write(MessageWriter message, long guard, long serverNow) => message.Add((long)Kind);
}
