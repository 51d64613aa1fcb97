using System.Globalization;

namespace RateLimited.Http.Pipeline;

/// <summary>What is thrown when a time is over: what HttpClient throws when its own is, so that code which handles the one handles the other.</summary>
internal static class TimedOut
{
    public static TaskCanceledException OfAttempt(TimeSpan timeout, Exception? inner) => Of(timeout, "of one attempt (AttemptTimeout)", inner);

    public static TaskCanceledException OfAllAttempts(TimeSpan timeout, Exception? inner) => Of(timeout, "of all attempts (TotalTimeout)", inner);

    public static TaskCanceledException OfBody(Exception? inner) => Of("The response's body was not whole when the time of all attempts was over (TotalTimeout).", inner);

    private static TaskCanceledException Of(TimeSpan timeout, string what, Exception? inner) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"No response came within {timeout.TotalSeconds:0.###} s {what}."), inner);

    private static TaskCanceledException Of(string message, Exception? inner) => new(message, new TimeoutException(message, inner), CancellationToken.None);
}
