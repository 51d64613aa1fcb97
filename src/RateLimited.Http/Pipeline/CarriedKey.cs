using RateLimited.Http.Keys;

namespace RateLimited.Http.Pipeline;

/// <summary>The key that was chosen for a request, on its way from admission to the handler that puts it on the message. Nothing prints it.</summary>
/// <param name="carrier">How it is put there.</param>
/// <param name="key">The key.</param>
internal sealed class CarriedKey(KeyCarrier carrier, PooledKey key)
{
    private static readonly HttpRequestOptionsKey<CarriedKey> Option = new("RateLimited.Http.Key");

    private static readonly HttpRequestOptionsKey<bool> Keyless = new("RateLimited.Http.Keyless");

    public KeyCarrier Carrier { get; } = carrier;

    public PooledKey Key { get; } = key;

    /// <summary>Gives a request its key.</summary>
    public void GiveTo(HttpRequestMessage request) => request.Options.Set(Option, this);

    /// <summary>Takes the key from a request; null where it has none.</summary>
    public static CarriedKey? TakeFrom(HttpRequestMessage request)
    {
        if (!request.Options.TryGetValue(Option, out var carried))
        {
            return null;
        }

        ((IDictionary<string, object?>)request.Options).Remove(Option.Key);
        return carried;
    }

    /// <summary>The request, and whatever is copied from it, goes to where no key of ours belongs.</summary>
    public static void Forbid(HttpRequestMessage request) => request.Options.Set(Keyless, value: true);

    public static bool IsForbidden(HttpRequestMessage request) => request.Options.TryGetValue(Keyless, out var isKeyless) && isKeyless;
}
