namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>One program for many cases, that gives nothing old in bad times.</summary>
public sealed class StrictProgram : IAsyncLifetime
{
    internal CachedProgram Program { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Program = await CachedProgram.StartAsync(static cache => cache.StaleIfLimited = TimeSpan.Zero);

    public ValueTask DisposeAsync() => Program.DisposeAsync();
}
