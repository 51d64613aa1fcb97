namespace RateLimited.Http;

/// <summary>What a request says of the key it goes with. Immutable.</summary>
/// <param name="Realm">The origin it goes to, as the keys' definition names it; null for one that any key may go to.</param>
/// <param name="Without">The names of keys that it does not go with, for it has gone with them already.</param>
internal sealed record KeyWish(string? Realm, IReadOnlyList<string> Without)
{
    /// <summary>It goes without a key, to wherever keys do not belong.</summary>
    public static readonly KeyWish Keyless = new(Realm: null, []);
}
