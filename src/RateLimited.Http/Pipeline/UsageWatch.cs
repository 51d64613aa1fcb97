using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Hands the bytes of one response's body to what reads its usage, and asks that once for what it learned. Whatever the reader does, the body is untouched: one that throws is asked no
/// more, and the estimate stands. So it does where bytes came twice, out of order or from two threads at once. Thread-safe.
/// </summary>
internal sealed class UsageWatch(IUsageReader reader, ServiceTelemetry telemetry)
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Lost = 2;

    private int _state;

    /// <summary>The next bytes of the body.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || !TryEnter())
        {
            return;
        }

        try
        {
            reader.Read(bytes);
        }
#pragma warning disable CA1031 // Foreign code between the upstream and whoever reads its answer: what it throws is not theirs.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Lose();
            telemetry.UsageLost(exception.GetType().Name);
            return;
        }

        // Another thread may have come meanwhile: then it stays lost.
        Interlocked.CompareExchange(ref _state, Idle, Busy);
    }

    /// <summary>From here on what passes is not the body in its order.</summary>
    public void Lose() => Interlocked.Exchange(ref _state, Lost);

    /// <summary>The body has ended: what the request did cost, as far as that is known.</summary>
    public IReadOnlyList<UnitCost> End(bool isComplete)
    {
        if (!TryEnter())
        {
            return [];
        }

        Lose();
        try
        {
            return reader.End(isComplete) ?? [];
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            telemetry.UsageLost(exception.GetType().Name);
            return [];
        }
    }

    private bool TryEnter()
    {
        var seen = Interlocked.CompareExchange(ref _state, Busy, Idle);
        if (seen == Busy)
        {
            Lose();
        }

        return seen == Idle;
    }
}
