using RateLimited.Http.Limits;

namespace RateLimited.Http.Redis.Messages;

/// <summary>A sliding window's.</summary>
internal sealed class SlidingTerms(long id, long quota, long window) : LimitTerms(id)
{
    private readonly long _spacing = Saturating.DivideUp(window, ChargeLog.Resolution);

    public override LimitKind Kind => LimitKind.Sliding;

    public override int HeadBytes => 184;

    public override bool HasTail => true;

    public override long LargestUsual => quota;

    public override void Write(MessageWriter message, long guard, long serverNow) =>
        message.Add(Id, (long)Kind, quota, window, guard, _spacing + (guard >> 5), _spacing, 0, 0, 0);

    public override void WriteUsual(MessageWriter message, long cost, long guard) =>
        message.Add(-Id, quota, window, guard, _spacing + (guard >> 5), _spacing, cost, 0);
}
