using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http;

// A process whose limits are kept in a directory: calls an upstream as fast as they let it, until it is killed or its input ends. It says "ready" when a first call was answered or refused on this side,
// and in the end what it saw. Arguments: the directory, the upstream, the limit, how many call at once.
if (args is not [var directory, var upstream, var limit, var callers])
{
    await Console.Error.WriteLineAsync("Arguments: directory upstream limit callers.");
    return 2;
}

HttpClient.DefaultProxy = new WebProxy();
var json = JsonSerializer.Serialize(new Dictionary<string, object>
{
    ["RateLimiting"] = new Dictionary<string, object>
    {
        ["File"] = new { Directory = directory },
        ["Services"] = new { api = new { Store = "File", Limits = limit, Queue = new { Timeout = "00:00:01" }, Resilience = "false" } },
    },
});
var services = new ServiceCollection();
services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build());
services.AddLogging();
services.AddHttpClient("api", client => client.BaseAddress = new Uri(upstream)).AddServiceRateLimiting();
await using var container = services.BuildServiceProvider();
using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("api");
using var end = new CancellationTokenSource();
var (ok, refused, rejected, faults) = (0, 0, 0, 0);

await CallAsync();
await Console.Out.WriteLineAsync("ready");
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
        _ = response.IsSuccessStatusCode ? Interlocked.Increment(ref ok) : Interlocked.Increment(ref refused);
    }
    catch (RateLimitRejectedException)
    {
        Interlocked.Increment(ref rejected);

        // Whoever was refused thinks before asking again.
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }
    catch (OperationCanceledException) when (end.IsCancellationRequested)
    {
        // The time is over.
    }
    catch (HttpRequestException)
    {
        Interlocked.Increment(ref faults);
    }
}
