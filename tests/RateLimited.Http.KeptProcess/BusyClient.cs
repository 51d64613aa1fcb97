using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Tests.Processes;

/// <summary>What a program does that tests start: it calls an upstream as fast as its limits let it, and keeps count of what became of that. It says "ready" when its first call has ended, and in the end what it saw.</summary>
internal sealed class BusyClient : IAsyncDisposable
{
    private readonly ServiceProvider _container;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly SortedSet<string> _faults = new(StringComparer.Ordinal);
    private (int Ok, int Refused, int Rejected) _seen;

    /// <param name="services">All that the client named <c>api</c> needs but its address.</param>
    /// <param name="upstream">Whom it calls.</param>
    public BusyClient(IServiceCollection services, string upstream)
    {
        HttpClient.DefaultProxy = new WebProxy();
        services.AddLogging();
        services.AddHttpClient("api", client => client.BaseAddress = new Uri(upstream)).AddServiceRateLimiting();
        _container = services.BuildServiceProvider();
        _client = _container.GetRequiredService<IHttpClientFactory>().CreateClient("api");
    }

    /// <summary>Makes the first call.</summary>
    public async Task BeginAsync()
    {
        await CallAsync();
        await Console.Out.WriteLineAsync("ready");
    }

    /// <summary>Calls until the input ends.</summary>
    /// <param name="callers">How many call at once, as text.</param>
    public async Task RunAsync(string callers)
    {
        var calling = Task.WhenAll(Enumerable.Range(0, int.Parse(callers, CultureInfo.InvariantCulture)).Select(async _ =>
        {
            while (!_end.IsCancellationRequested)
            {
                await CallAsync();
            }
        }));
        await Console.In.ReadToEndAsync();
        await _end.CancelAsync();
        await calling;
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { _seen.Ok, _seen.Refused, _seen.Rejected, Faults = _faults }));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _container.DisposeAsync();
        _end.Dispose();
    }

    private async Task CallAsync()
    {
        try
        {
            using var response = await _client.GetAsync(new Uri("/", UriKind.Relative), _end.Token);
            lock (_gate)
            {
                _ = response.IsSuccessStatusCode ? _seen.Ok++ : _seen.Refused++;
            }
        }
        catch (RateLimitRejectedException)
        {
            lock (_gate)
            {
                _seen.Rejected++;
            }

            // Whoever was refused thinks before asking again.
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The time is over.
        }
        catch (Exception fault)
        {
            lock (_gate)
            {
                _faults.Add($"{fault.GetType().Name}: {fault.Message}");
            }
        }
    }
}
