namespace RateLimited.Http.Signals.Classification;

/// <summary>What a response means for what may be sent next.</summary>
internal enum ResponseKind
{
    /// <summary>Nothing is wrong, or nothing that concerns limits: any success and any redirect.</summary>
    Fine,

    /// <summary>The request itself is wrong; sending it again helps nobody.</summary>
    Rejected,

    /// <summary>Too fast: a limit is reached that frees itself within a wait.</summary>
    Limited,

    /// <summary>A quota is used up: it returns at a horizon of hours or days, or when somebody pays.</summary>
    Exhausted,

    /// <summary>The key is not valid, or not any more. Nothing but another key helps.</summary>
    RefusedKey,

    /// <summary>The key is valid and may not do this.</summary>
    Permission,

    /// <summary>The upstream says that it has more to do than it can.</summary>
    Overloaded,

    /// <summary>The upstream failed.</summary>
    ServerFault,
}
