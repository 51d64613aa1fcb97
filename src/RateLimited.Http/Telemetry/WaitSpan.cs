using System.Diagnostics;

namespace RateLimited.Http.Telemetry;

/// <summary>The span of one request's time in line; the default value is a span nobody listens to.</summary>
internal readonly struct WaitSpan
{
    private readonly Activity? _activity;

    private WaitSpan(Activity? activity) => _activity = activity;

    public static WaitSpan Start(string service, RequestPriority priority) =>
        RateLimitingInstruments.Activities.HasListeners() ? Begin(service, TagValues.Of(priority)) : default;

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

    private static WaitSpan Begin(string service, string priority)
    {
        // A waiter is ended by whichever thread makes room for it. Were the span current, it would stay so for its starter and be taken from its ender.
        var current = Activity.Current;
        try
        {
            var activity = RateLimitingInstruments.Activities.StartActivity("rate_limit.wait", ActivityKind.Internal);
            activity?.SetTag(TagValues.Service, service).SetTag(TagValues.Priority, priority);
            return new WaitSpan(activity);
        }
        catch (Exception)
        {
            // A listener that throws must not lose the request.
            return default;
        }
        finally
        {
            Activity.Current = current;
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
