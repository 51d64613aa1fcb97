using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Configuration that a test changes while the program runs.</summary>
internal sealed class ReloadableSource(params (string Key, string? Value)[] pairs) : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        Put(pairs);
        return this;
    }

    public IConfigurationRoot Root() => new ConfigurationBuilder().Add(this).Build();

    public void Change(params (string Key, string? Value)[] changed)
    {
        Put(changed);
        OnReload();
    }

    private void Put((string Key, string? Value)[] changed)
    {
        var data = new Dictionary<string, string?>(Data, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in changed)
        {
            if (value is null)
            {
                data.Remove($"RateLimiting:{key}");
            }
            else
            {
                data[$"RateLimiting:{key}"] = value;
            }
        }

        Data = data;
    }
}
