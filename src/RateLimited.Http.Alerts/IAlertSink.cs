namespace RateLimited.Http.Alerts;

/// <summary>
/// Somewhere notices go. Those in the container are asked besides the sinks of the options. Each has an outbox and a task of its own: one that is slow or fails holds up no request and no other sink. It is called for
/// one notice at a time, in their order.
/// </summary>
public interface IAlertSink
{
    /// <summary>What it is called in logs and metrics: short, the same at all times, and no secret. Two of one name are one: the last.</summary>
    string Name { get; }

    /// <summary>Delivers a notice. It may come again after this threw, with the same <see cref="AlertNotice.Id"/>.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="cancellationToken">Ends after the options' <c>Timeout</c>, and when the host has no more time to stop. Who goes on all the same is not waited for.</param>
    /// <exception cref="Exception">Whatever is thrown is taken for a failure: the notice is tried again, with growing pauses. Its text is not logged, only its type.</exception>
    Task SendAsync(AlertNotice notice, CancellationToken cancellationToken);
}
