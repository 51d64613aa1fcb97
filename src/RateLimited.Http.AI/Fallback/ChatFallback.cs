using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Fallback;

/// <summary>Where a chat goes on. Immutable.</summary>
public sealed record ChatFallback
{
    /// <summary>Another model of the same client.</summary>
    /// <param name="model">The model's name, at least one character.</param>
    public ChatFallback(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        (Name, Model) = (model, model);
    }

    /// <summary>Another client, of another provider or on this machine. What only the first one would understand is taken out of the call's options: its model and its raw options.</summary>
    /// <param name="name">What it is called in metrics and in answers, at least one character.</param>
    /// <param name="client">The client. It stays its owner's.</param>
    /// <param name="model">The model's name there; null for the client's own.</param>
    public ChatFallback(string name, IChatClient client, string? model = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(client);
        (Name, Client, Model) = (name, client, model);
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>The other client; null for the same.</summary>
    public IChatClient? Client { get; }

    /// <summary>The model; null for the client's own.</summary>
    public string? Model { get; }
}
