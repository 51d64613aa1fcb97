using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Tests.Processes;

// One process of a fleet: calls an upstream as fast as its service's limits let it, from when it is told to with a line until its input ends. Arguments: the Redis and what its keys begin with, the
// upstream, the service as JSON, for how many milliseconds leases live, how many call at once.
if (args is not [var redis, var prefix, var upstream, var service, var leases, var callers])
{
    await Console.Error.WriteLineAsync("Arguments: redis prefix upstream service lease-milliseconds callers.");
    return 2;
}

var json = $$"""{ "RateLimiting": { "Services": { "api": {{service}} } } }""";
var services = new ServiceCollection();
services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build());
services.AddRateLimitingRedis(options =>
{
    (options.Configuration, options.Prefix, options.Instances) = ($"{redis},connectTimeout=5000,syncTimeout=5000", prefix, 4);
    options.Secret = "a secret of the fleet";
    options.LeaseTimeToLive = TimeSpan.FromMilliseconds(int.Parse(leases, CultureInfo.InvariantCulture));

    // A busy machine is no fault of Redis; that Redis has died shows at once.
    options.Timeout = TimeSpan.FromSeconds(20);
});
await using var client = new BusyClient(services, upstream);
await client.BeginAsync();
await Console.In.ReadLineAsync();
await client.RunAsync(callers);
return 0;
