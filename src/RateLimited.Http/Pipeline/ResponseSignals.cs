using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Signals;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>Takes what a response says to those whom it concerns: its figures to the limits, what it means to the line and to the handlers around.</summary>
internal static class ResponseSignals
{
    /// <summary>How long the beginning of a failure's body is waited for.</summary>
    private static readonly TimeSpan PeekTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Whether the beginning of the body must be read before the response is understood.</summary>
    public static bool NeedsBody(HttpRequestMessage request, HttpResponseMessage response, PipelineSettings settings) =>
        settings.Signals.WantsBody(request.Method, response) && WatchedContent.MayHaveBody(request, response);

    /// <summary>Reads the beginning of the body, which stays whole for the caller.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> PeekAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(PeekTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var (head, whole) = await PeekedContent.ReadAsync(response.Content, SignalBounds.MaxBodyLength, either.Token).ConfigureAwait(false);
        response.Content = whole;
        return head;
    }

    /// <summary>The same for a caller that blocks. A blocking read of a body that stalls could not be broken off.</summary>
    public static ReadOnlyMemory<byte> Peek(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
#pragma warning disable VSTHRD002 // The caller asked for a synchronous send; reads complete on the pool, never on the blocked thread.
        return PeekAsync(response, time, cancellationToken).AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Reads a response and acts on it. The ticket has not been completed.</summary>
    public static void Take(HttpRequestMessage request, HttpResponseMessage response, ReadOnlySpan<byte> body, AdmissionTicket ticket, ServicePipeline pipeline, PipelineSettings settings, long now)
    {
        Act(request, response, body, ticket, pipeline, settings, now);

        // Whoever waits for the first answer goes by all that it says, a wait that it asks for included.
        pipeline.Limiter.HeardFirst(ticket);
    }

    private static void Act(HttpRequestMessage request, HttpResponseMessage response, ReadOnlySpan<byte> body, AdmissionTicket ticket, ServicePipeline pipeline, PipelineSettings settings, long now)
    {
        var limiter = pipeline.Limiter;
        var keys = ticket.Key is null ? null : pipeline.Keys;
        var isFailure = (int)response.StatusCode >= 400;
        if (!isFailure && body.IsEmpty && response.Headers.NonValidated.Count == 0)
        {
            limiter.Answered(ticket, [], now);
            limiter.Learn(ticket, AnswerKind.Succeeded, now);
            limiter.Ease(ticket, now);
            keys?.Accept(ticket, limiter);
            return;
        }

        var room = SignalRoom.Enter();
        settings.Signals.Read(response, body, WallTime.Of(limiter.Time), out room.Signal);
        var isExplained = Correct(room, ticket, limiter, now);
        var isInvalid = isFailure && limiter.TakesForInvalid((int)response.StatusCode) && !room.Signal.Has(SignalFlags.Shared);
        if (room.Signal.Verdict.Kind == ResponseKind.Fine)
        {
            limiter.Learn(ticket, AnswerKind.Succeeded, now, isExplained, isInvalid);
            Settle(room.Signal, ticket);
            if (Strain.Of(in room.Signal) is { } strain)
            {
                Slow(strain, ticket, limiter, keys, now);
            }
            else
            {
                limiter.Ease(ticket, now);
            }

            keys?.Accept(ticket, limiter);
        }
        else
        {
            TakeFailure(request, room.Signal, isExplained, isInvalid, ticket, limiter, keys, now);
        }

        room.Leave();
    }

    private static void TakeFailure(
        HttpRequestMessage request, in UpstreamSignal signal, bool isExplained, bool isInvalid, AdmissionTicket ticket, ServiceLimiter limiter, PoolRing? keys, long now)
    {
        var verdict = signal.Verdict;
        limiter.Learn(ticket, AnswerReading.KindOf(verdict), now, isExplained, isInvalid);
        if (!verdict.IsRefusal)
        {
            Settle(signal, ticket);
        }

        if ((verdict.IsRefusal && limiter.IsSlowed(now) ? Strain.OfRefusal : Strain.Of(in signal)) is { } strain)
        {
            Slow(strain, ticket, limiter, keys, now);
        }

        // A limit of which nothing is left holds exactly those whom it concerns; a wait that is asked for holds more.
        ResponseVerdicts.Keep(request, verdict);
        if (verdict.IsRefusal)
        {
            limiter.Telemetry.Unexpected429();
            if (verdict.RetryAfterApplies || verdict.Kind == ResponseKind.Exhausted || !isExplained)
            {
                Hold(verdict, ticket, limiter, keys);
            }
        }
        else if (verdict is { Kind: ResponseKind.Overloaded, Wait: not null })
        {
            Hold(verdict, ticket, limiter, keys);
        }
        else if (verdict.Kind == ResponseKind.RefusedKey)
        {
            keys?.Refuse(ticket, limiter);
        }
    }

    private static void Slow(int strain, AdmissionTicket ticket, ServiceLimiter limiter, PoolRing? keys, long now) =>
        limiter.Slow(ticket, strain, isOfEndpoint: keys is not null || limiter.Definition.Endpoints.Count > 0, now);

    private static void Settle(in UpstreamSignal signal, AdmissionTicket ticket)
    {
        if (signal is { Cost: { } cost, CostUnit: { } unit })
        {
            ticket.Settle(new UnitCost(unit, cost));
        }
    }

    /// <summary>Takes the figures to the limits. Returns whether they say of a limit that nothing is left of it, and until when.</summary>
    private static bool Correct(SignalRoom room, AdmissionTicket ticket, ServiceLimiter limiter, long now)
    {
        var reports = room.Reports(new TimeSpan(Math.Max(now - ticket.ChargedAt, 0)));
        limiter.Answered(ticket, reports, now);
        var isExplained = false;
        foreach (ref readonly var report in reports)
        {
            isExplained |= report is { Remaining: 0 } and ({ ResetAfter: > 0 } or { Window: > 0 });
        }

        return isExplained;
    }

    /// <summary>Keeps everybody whom a refusal concerns from running into it too.</summary>
    private static void Hold(in Verdict verdict, AdmissionTicket ticket, ServiceLimiter limiter, PoolRing? keys)
    {
        if (verdict.Scope == ResponseScope.Key && keys is not null)
        {
            keys.Rest(ticket, verdict, limiter);
            return;
        }

        if (verdict.Scope == ResponseScope.Request)
        {
            return;
        }

        var isOfEndpoint = verdict.Scope == ResponseScope.Endpoint && (keys is not null || limiter.Definition.Endpoints.Count > 0);
        if (verdict.Kind == ResponseKind.Exhausted)
        {
            var now = limiter.Time.GetUtcNow();
            var returns = QuotaReturn.Of(verdict, now, limiter.Definition.Correction.AccountZone) - now;
            if (isOfEndpoint)
            {
                limiter.ExhaustEndpoint(ticket, returns);
            }
            else
            {
                limiter.Exhaust(ticket, returns);
            }
        }
        else if (verdict.Wait is not null || !ticket.Plan.FindsItsRate)
        {
            // What learns by itself how fast to go has slowed down already where nobody says more.
            Pause(verdict, ticket, limiter, isOfEndpoint);
        }
    }

    private static void Pause(in Verdict verdict, AdmissionTicket ticket, ServiceLimiter limiter, bool isOfEndpoint)
    {
        if (isOfEndpoint)
        {
            limiter.PauseEndpoint(ticket, verdict.Wait);
        }
        else
        {
            limiter.Pause(ticket, verdict.Wait, verdict.IsWaitGuessed);
        }
    }
}
