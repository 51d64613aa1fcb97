using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quickstart;
using Quickstart.Clients;

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });

// All the set-up there is. Each client finds its limits in appsettings.json, at RateLimiting:Services:{its name}.
builder.Services.AddHttpClient("sliding").AddServiceRateLimiting();
builder.Services.AddHttpClient("fixed").AddServiceRateLimiting();
builder.Services.AddHttpClient("token-bucket").AddServiceRateLimiting();
builder.Services.AddHttpClient("concurrency").AddServiceRateLimiting();

// What they are seen beside.
builder.Services.AddRivalClients();

using var host = builder.Build();
await host.StartAsync();

// Strict upstreams on this machine, far more demand than quota, and a table of what came of it.
return await Comparison.RunAsync(host.Services);
