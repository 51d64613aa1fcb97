using Microsoft.Extensions.Primitives;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Keys whose names and texts change while processes run.</summary>
internal sealed class ChangingKeys(params (string Name, string Text)[] keys) : IApiKeySource
{
    private volatile (string Name, string Text)[] _keys = keys;
    private CancellationTokenSource _changed = new();

    public IReadOnlyList<KeyOptions> GetKeys() => [.. _keys.Select(static key => new KeyOptions { Name = key.Name, Value = ApiKey.Create(key.Text) })];

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    public void Replace(params (string Name, string Text)[] next)
    {
        _keys = next;
        Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
    }
}
