using System.Diagnostics;

namespace RateLimited.Http.Telemetry;

/// <summary>The span of what one request is doing: standing in line, then being sent. The default value is a span nobody listens to.</summary>
internal readonly struct TicketSpan
{
    private readonly Activity? _activity;

    private TicketSpan(Activity? activity) => _activity = activity;

    /// <summary>
    /// Begins the span of a time in line. A waiter is let go by whichever thread makes room for it: were the span current, it would stay so for its starter and be taken from its ender.
    /// </summary>
    public static TicketSpan StartWait(string service, RequestPriority priority)
    {
        if (!RateLimitingInstruments.Activities.HasListeners())
        {
            return default;
        }

        var current = Activity.Current;
        try
        {
            return Begin("rate_limit.wait", ActivityKind.Internal, service, TagValues.Priority, TagValues.Of(priority));
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Begins the span of an attempt, which is current until <see cref="Leave"/>: what the handlers below record stands under it.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="key">The name of the API key that it goes with, or null.</param>
    public static TicketSpan StartAttempt(string service, string? key) =>
        RateLimitingInstruments.Activities.HasListeners() ? Begin("rate_limit.attempt", ActivityKind.Internal, service, TagValues.Key, key) : default;

    /// <summary>The attempt is on its way: what the caller does now is no part of it.</summary>
    public void Leave()
    {
        if (_activity is not null)
        {
            Activity.Current = _activity.Parent;
        }
    }

    /// <summary>Reads it and does nothing, so that it is in the cache when it ends.</summary>
    public void Fetch() => Volatile.Read(in _activity);

    /// <summary>Ends the span of a request that was admitted, or left the line without being refused.</summary>
    public void End()
    {
        if (_activity is not null)
        {
            Stop(_activity);
        }
    }

    /// <summary>Ends the span of a request that was refused.</summary>
    public void End(RejectionReason reason)
    {
        _activity?.SetTag(TagValues.Reason, TagValues.Of(reason)).SetStatus(ActivityStatusCode.Error);
        End();
    }

    /// <summary>Ends the span of an attempt.</summary>
    public void End(AttemptResult result)
    {
        _activity?.SetTag(TagValues.Result, TagValues.AttemptResults[(int)result]).SetStatus(result == AttemptResult.Success ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
        End();
    }

    private static TicketSpan Begin(string name, ActivityKind kind, string service, string tag, string? value)
    {
        try
        {
            var activity = RateLimitingInstruments.Activities.StartActivity(name, kind);
            activity?.SetTag(TagValues.Service, service).SetTag(tag, value);
            return new TicketSpan(activity);
        }
        catch (Exception)
        {
            // A listener that throws must not lose the request.
            return default;
        }
    }

    private static void Stop(Activity activity)
    {
        var current = Activity.Current;
        try
        {
            activity.Stop();
        }
        catch (Exception)
        {
            // A listener that throws must not lose the request.
        }
        finally
        {
            Activity.Current = current;
        }
    }
}
