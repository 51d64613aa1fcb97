namespace RateLimited.Http.Redis.Messages;

/// <summary>Those of how an API key is, or the quota that it draws on: there is nothing to say but that.</summary>
internal sealed class RestTerms(long id) : LimitTerms(id)
{
    public override LimitKind Kind => LimitKind.Rests;

    public override void Write(MessageWriter message, long guard, long serverNow) => message.Add(Id, (long)Kind, 1, 0, 0, 0, 0, 0, 0, 0);
}
