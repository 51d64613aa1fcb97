namespace RateLimited.Http.Testing.Tests;

/// <summary>Tests that have the thread pool to themselves: virtual time goes on when it has nothing to do.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
