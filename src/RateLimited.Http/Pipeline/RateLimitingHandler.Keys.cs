using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Resilience;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Requests that go with a key: which one is decided with their admission. One that the upstream refuses for its key's sake goes again at once with another, with each at most once; what is left after
/// that is a response like any other, for the handlers around.
/// </summary>
internal sealed partial class RateLimitingHandler
{
    private static readonly Lazy<KeyOrigin?> NoOrigin = new((KeyOrigin?)null);

    /// <summary>The origin of the client's base address, which keys without one of their own belong to.</summary>
    public Lazy<KeyOrigin?> ClientsOrigin { get; init; } = NoOrigin;

    /// <summary>The service of the requests.</summary>
    public ServicePipeline Pipeline => pipeline;

    private async Task<HttpResponseMessage> SendWithKeyAsync(PoolRing keys, HttpRequestMessage request, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        var asked = ReadWithKey(keys, request, settings, out var isLimited);
        if (!isLimited)
        {
            var picked = Pick(keys, request, asked);
            try
            {
                return _limiter.Mode == RateLimitMode.Disabled
                    ? await NextAsync(request, time, cancellationToken).ConfigureAwait(false)
                    : await PassAsync(request, settings, time, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                End(picked);
            }
        }

        if (settings.Costs is { } costs)
        {
            asked = await CostEstimation.EstimateAsync(costs, request, asked, _limiter.Service, cancellationToken).ConfigureAwait(false);
        }

        var canMove = keys.HasSeveral && await CanMoveAsync(request, cancellationToken).ConfigureAwait(false);
        var moves = default(KeyMoves);
        while (true)
        {
            AdmissionTicket ticket;
            try
            {
                ticket = await _limiter.AdmitAsync(asked, time.Left(pipeline.Resilience), cancellationToken).ConfigureAwait(false);
            }
            catch (RateLimitRejectedException rejection) when (settings.Rejection == RejectionBehavior.Response)
            {
                return rejection.ToResponse(request);
            }

            GiveBackIfCancelled(ticket, cancellationToken);
            time.End?.See(_limiter.Now);
            var attempt = Give(keys, request, ticket);
            var response = await DispatchAsync(request, ticket, settings, time, cancellationToken).ConfigureAwait(false);
            if (!canMove || attempt is not { } made || !TryMove(ref moves, keys, made, request, ref asked, cancellationToken))
            {
                return response;
            }

            response.Dispose();
        }
    }

    private HttpResponseMessage SendWithKey(PoolRing keys, HttpRequestMessage request, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        var asked = ReadWithKey(keys, request, settings, out var isLimited);
        if (!isLimited)
        {
            var picked = Pick(keys, request, asked);
            try
            {
                return _limiter.Mode == RateLimitMode.Disabled ? Next(request, time, cancellationToken) : Pass(request, settings, time, cancellationToken);
            }
            finally
            {
                End(picked);
            }
        }

        if (settings.Costs is { } costs)
        {
            asked = CostEstimation.Estimate(costs, request, asked, _limiter.Service, cancellationToken);
        }

        // Reading content into memory is asynchronous for some contents, and nothing here blocks on that.
        var canMove = keys.HasSeveral && ContentReplays.Of(request.Content, maxBuffer: 0) == ContentReplay.Replayable;
        var moves = default(KeyMoves);
        while (true)
        {
            AdmissionTicket ticket;
            try
            {
                ticket = _limiter.Admit(asked, time.Left(pipeline.Resilience), cancellationToken);
            }
            catch (RateLimitRejectedException rejection) when (settings.Rejection == RejectionBehavior.Response)
            {
                return rejection.ToResponse(request);
            }

            GiveBackIfCancelled(ticket, cancellationToken);
            var attempt = Give(keys, request, ticket);
            var response = Dispatch(request, ticket, settings, time, cancellationToken);
            if (!canMove || attempt is not { } made || !TryMove(ref moves, keys, made, request, ref asked, cancellationToken))
            {
                return response;
            }

            response.Dispose();
        }
    }

    /// <summary>What is asked for a request that goes with a key; what goes past the limits does not go without one.</summary>
    private AdmissionRequest ReadWithKey(PoolRing keys, HttpRequestMessage request, PipelineSettings settings, out bool isLimited)
    {
        var wish = keys.WishOf(request, ClientsOrigin);
        var said = request.RateLimiting();
        isLimited = _limiter.Mode != RateLimitMode.Disabled && said?.Bypass != true;
        if (!isLimited && _limiter.Mode != RateLimitMode.Disabled)
        {
            _limiter.Telemetry.Checked(CheckResult.Bypassed);
        }

        return RequestReading.Read(request, said, settings.Router) with { Key = wish };
    }

    private KeyHandle? Pick(PoolRing keys, HttpRequestMessage request, in AdmissionRequest asked)
    {
        var key = _limiter.PickKey(asked);
        if (key is not null)
        {
            keys.Give(request, key);
        }

        return key;
    }

    private void End(KeyHandle? picked)
    {
        if (picked is not null)
        {
            _limiter.EndUnheld(picked);
        }
    }

    private static KeyAttempt? Give(PoolRing keys, HttpRequestMessage request, AdmissionTicket ticket)
    {
        var attempt = KeyAttempt.Of(ticket);
        if (attempt is { Key: var key })
        {
            keys.Give(request, key);
        }

        return attempt;
    }

    /// <summary>Whether the request can be sent again, decided before it is sent first.</summary>
    private async ValueTask<bool> CanMoveAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var buffer = pipeline.Resilience.Plan.ReplayBuffer ?? new RetryRule().MaxReplayBuffer;
        var replay = ContentReplays.Of(request.Content, buffer);
        if (replay == ContentReplay.AfterBuffering)
        {
            await request.Content!.LoadIntoBufferAsync(buffer, cancellationToken).ConfigureAwait(false);
            return true;
        }

        return replay == ContentReplay.Replayable;
    }

    /// <summary>Whether a refused request goes again, with another key.</summary>
    private bool TryMove(ref KeyMoves moves, PoolRing keys, in KeyAttempt attempt, HttpRequestMessage request, ref AdmissionRequest asked, CancellationToken cancellationToken)
    {
        if (!moves.TryMove(keys, _limiter, attempt, ResponseVerdicts.Of(request), cancellationToken.IsCancellationRequested, ref asked))
        {
            return false;
        }

        ResponseVerdicts.Forget(request);
        return true;
    }
}
