using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What the line takes on the heap.</summary>
internal sealed partial class WaitingLine
{
    /// <summary>What it takes with its waiters, but for what is their callers'.</summary>
    public long Bytes
    {
        get
        {
            var bytes = _usualDeadlines.Bytes + _deadlines.Bytes + _lots.Bytes;
            foreach (var each in _classes)
            {
                bytes += each.Bytes;
            }

            return bytes;
        }
    }
}
