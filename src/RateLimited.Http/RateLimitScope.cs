namespace RateLimited.Http;

/// <summary>
/// Tells the limits about all requests that are sent inside a scope, for SDKs that hide the <see cref="HttpRequestMessage"/>. A scope flows with async calls and into
/// tasks that are started in it. An inner scope wins over an outer one and a message over both, each setting for itself.
/// </summary>
/// <example>
/// <code>
/// using (RateLimitScope.Begin(new RequestSettings { Tenant = "acme", Priority = RequestPriority.High }))
/// {
///     await sdk.CompleteAsync(prompt);
/// }
/// </code>
/// </example>
public static class RateLimitScope
{
    private static readonly AsyncLocal<Scope?> Ambient = new();

    // To find that there is no scope takes as long as reading a header. Programs that never begin one do not pay for it.
    private static volatile bool _isUsed;

    internal static RequestSettings? Current => _isUsed ? Ambient.Value?.Settings : null;

    /// <summary>Begins a scope. It ends when the returned object is disposed, in the method that began it.</summary>
    /// <param name="settings">What is said of the requests.</param>
    /// <returns>The scope.</returns>
    public static IDisposable Begin(RequestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _isUsed = true;
        var outer = Ambient.Value;
        return Ambient.Value = new Scope(settings.Over(outer?.Settings), outer);
    }

    private sealed class Scope(RequestSettings settings, Scope? outer) : IDisposable
    {
        private volatile bool _ended;

        public RequestSettings Settings => settings;

        public void Dispose()
        {
            _ended = true;

            // An outer scope that is disposed before an inner one leaves the inner in force; the inner one then skips it.
            if (ReferenceEquals(Ambient.Value, this))
            {
                var next = outer;
                while (next is { _ended: true })
                {
                    next = next.Outer;
                }

                Ambient.Value = next;
            }
        }

        private Scope? Outer => outer;
    }
}
