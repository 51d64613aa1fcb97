using Watched;

await using var upstreams = await Upstreams.StartAsync();
await using var program = WatchedApplication.Build(args, upstreams);
await program.RunAsync();
