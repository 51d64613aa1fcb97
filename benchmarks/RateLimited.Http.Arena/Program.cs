using RateLimited.Http.Arena;
using RateLimited.Http.Arena.Workers;

// The upstreams are on this machine: a proxy that the environment names does not lead to them.
HttpClient.DefaultProxy = new System.Net.WebProxy();

if (args is [Worker.Verb])
{
    await Worker.RunAsync(Console.In, Console.Out, TimeProvider.System);
    return 0;
}

return await ArenaCommand.RunAsync(args);
