using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.AI.Models;

namespace RateLimited.Http.AI;

/// <summary>What can be put around a chat client, each around what was there before.</summary>
public static class ChatClients
{
    /// <summary>Lets others answer when the first one is limited.</summary>
    /// <param name="client">Who is asked first.</param>
    /// <param name="fallbacks">Who is asked then, in this order.</param>
    public static FallbackChatClient WithFallback(this IChatClient client, params IEnumerable<ChatFallback> fallbacks) => new(client, fallbacks);

    /// <summary>Lets others answer, for reasons of the program's own.</summary>
    /// <param name="client">Who is asked first.</param>
    /// <param name="options">When others are asked.</param>
    /// <param name="fallbacks">Who is asked then, in this order.</param>
    public static FallbackChatClient WithFallback(this IChatClient client, ModelFallbackOptions options, params IEnumerable<ChatFallback> fallbacks) => new(client, fallbacks, options);

    /// <summary>Chooses the model of chats that name none.</summary>
    /// <param name="client">Who is asked.</param>
    /// <param name="options">Which model is for which chat.</param>
    public static ModelChoosingChatClient WithModelChoice(this IChatClient client, ModelChoiceOptions options) => new(client, options);
}
