using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http;
using RateLimited.Http.Redis;

// One process of a fleet: calls an upstream as fast as its service's limits let it. It says "ready" when a first call was answered, begins in earnest when it is told to with a line, ends when its input
// does, and then says what it saw. Arguments: the Redis and what its keys begin with, the upstream, the service as JSON, for how many milliseconds leases live, how many call at once.
if (args is not [var redis, var prefix, var upstream, var service, var leases, var callers])
{
    await Console.Error.WriteLineAsync("Arguments: redis prefix upstream service lease-milliseconds callers.");
    return 2;
}

HttpClient.DefaultProxy = new WebProxy();
var json = $$"""{ "RateLimiting": { "Services": { "api": {{service}} } } }""";
var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
var services = new ServiceCollection();
services.AddSingleton<IConfiguration>(configuration);
services.AddLogging();
services.AddRateLimitingRedis(options =>
{
    (options.Configuration, options.Prefix, options.Instances) = ($"{redis},connectTimeout=5000,syncTimeout=5000", prefix, 4);
    options.Secret = "a secret of the fleet";
    options.LeaseTimeToLive = TimeSpan.FromMilliseconds(int.Parse(leases, CultureInfo.InvariantCulture));

    // A busy machine is no fault of Redis; that Redis has died shows at once.
    options.Timeout = TimeSpan.FromSeconds(20);
});
services.AddHttpClient("api", client => client.BaseAddress = new Uri(upstream)).AddServiceRateLimiting();
await using var container = services.BuildServiceProvider();
using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("api");
using var end = new CancellationTokenSource();
var (gate, ok, refused, rejected, faults) = (new Lock(), 0, 0, 0, new SortedSet<string>(StringComparer.Ordinal));

await CallAsync();
await Console.Out.WriteLineAsync("ready");
await Console.In.ReadLineAsync();
var calling = Task.WhenAll(Enumerable.Range(0, int.Parse(callers, CultureInfo.InvariantCulture)).Select(async _ =>
{
    while (!end.IsCancellationRequested)
    {
        await CallAsync();
    }
}));
await Console.In.ReadToEndAsync();
await end.CancelAsync();
await calling;
await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { Ok = ok, Refused = refused, Rejected = rejected, Faults = faults }));
return 0;

async Task CallAsync()
{
    try
    {
        using var response = await client.GetAsync(new Uri("/", UriKind.Relative), end.Token);
        lock (gate)
        {
            _ = response.IsSuccessStatusCode ? ok++ : refused++;
        }
    }
    catch (RateLimitRejectedException)
    {
        lock (gate)
        {
            rejected++;
        }

        // Whoever was refused thinks before asking again.
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }
    catch (OperationCanceledException) when (end.IsCancellationRequested)
    {
        // The time is over.
    }
    catch (Exception fault)
    {
        lock (gate)
        {
            faults.Add($"{fault.GetType().Name}: {fault.Message}");
        }
    }
}
