using RateLimited.Http.Admission;

namespace RateLimited.Http.Pipeline;

/// <summary>One attempt of a request, with one of the keys.</summary>
/// <param name="Key">The key.</param>
/// <param name="Endpoint">Where it went; empty for what is at no endpoint that anybody named.</param>
/// <param name="SentAt">When it was admitted, in ticks of the limits' clock.</param>
internal readonly record struct KeyAttempt(KeyHandle Key, string Endpoint, long SentAt)
{
    /// <summary>The attempt that a ticket was admitted for; null where it goes without a key. The ticket has not been completed.</summary>
    public static KeyAttempt? Of(AdmissionTicket ticket) => ticket.Key?.Chosen is { } chosen ? new KeyAttempt(chosen.Handle, ticket.Plan.Endpoint, ticket.ChargedAt) : null;
}
