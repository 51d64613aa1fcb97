using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Tests.Processes;

// A process whose limits are kept in a directory: calls an upstream as fast as they let it, until it is killed or its input ends. Arguments: the directory, the upstream, the limit, how many call at once.
if (args is not [var directory, var upstream, var limit, var callers])
{
    await Console.Error.WriteLineAsync("Arguments: directory upstream limit callers.");
    return 2;
}

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
await using var client = new BusyClient(services, upstream);
await client.BeginAsync();
await client.RunAsync(callers);
return 0;
