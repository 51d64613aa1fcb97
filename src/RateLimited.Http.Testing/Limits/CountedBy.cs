namespace RateLimited.Http.Testing.Limits;

/// <summary>What an upstream's limit counts separately by. Several together: each combination.</summary>
[Flags]
public enum CountedBy
{
    /// <summary>Nothing: all who call share it.</summary>
    Everybody = 0,

    /// <summary>The API key; callers without one share the empty key.</summary>
    Key = 1,

    /// <summary>The organisation a key belongs to: all keys of one share the limit. A key that belongs to none is its own.</summary>
    Organisation = 2,

    /// <summary>The endpoint: the template that matched, or method and path where the limit names none.</summary>
    Endpoint = 4,

    /// <summary>What stands for the first placeholder of the template: a channel, a payment.</summary>
    Name = 8,
}
