#:property PublishAot=false
#:sdk Microsoft.NET.Sdk.Web
#:project ../src/RateLimited.Http.Redis/RateLimited.Http.Redis.csproj

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RateLimited.Http;
using RateLimited.Http.Configuration;

// Four processes, one quota, one redis-server, and an upstream that counts to the letter. Undisturbed: no 429, and nearly all of the quota used. Then the same with one process and Redis killed in the
// middle of it: at most the quota once more for the data that were lost and once for the time alone, and no exception but the typed refusal. Usage: dotnet run --file .ci/redis-fleet.cs
const int Quota = 500;
const int Processes = 4;
const int Callers = 8;
const double LeastUtilisation = 0.98;
var window = TimeSpan.FromSeconds(10);
var length = TimeSpan.FromSeconds(45);

HttpClient.DefaultProxy = new WebProxy();
if (args is ["process", var redis, var upstream, var seconds])
{
    return await SendAsync(redis, upstream, TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
}

var calm = await RunAsync(isDisturbed: false);
var windows = (int)Math.Ceiling(length / window);
var utilisation = (double)calm.Ok / (Quota * windows);
Console.WriteLine(FormattableString.Invariant($"calm: ok={calm.Ok} theoretical={Quota * windows} utilisation={utilisation:0.0%} status429={calm.Refused} failures={calm.Failures}"));
var wild = await RunAsync(isDisturbed: true);
var most = Quota * (windows + 1 + 2);
Console.WriteLine(FormattableString.Invariant($"killed: arrived={wild.Ok + wild.Refused} most={most} failures={wild.Failures}"));
return calm.Refused == 0 && calm.Failures == 0 && utilisation >= LeastUtilisation && wild.Ok + wild.Refused <= most && wild.Failures == 0 ? 0 : 1;

async Task<(int Ok, int Refused, int Failures)> RunAsync(bool isDisturbed)
{
    var counts = new StrictCounts(Quota, window);
    await using var server = WebApplication.CreateSlimBuilder().Build();
    server.Urls.Add("http://127.0.0.1:0");
    server.MapGet("/", () => counts.Arrive() ? Results.Ok() : Results.StatusCode(StatusCodes.Status429TooManyRequests));
    await server.StartAsync();
    var port = FreePort();
    var store = StartRedis(port);
    var own = Environment.ProcessPath!;
    var fleet = Enumerable.Range(0, Processes)
        .Select(_ => Process.Start(new ProcessStartInfo(own, ["process", $"127.0.0.1:{port}", server.Urls.First(), length.TotalSeconds.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false, RedirectStandardOutput = true })!)
        .ToArray();
    if (isDisturbed)
    {
        await Task.Delay(length / 3);
        fleet[0].Kill();
        await Task.Delay(length / 6);
        store.Kill();
        await store.WaitForExitAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        store = StartRedis(port);
    }

    var failures = 0;
    foreach (var process in fleet)
    {
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process != fleet[0] || !isDisturbed)
        {
            failures += int.Parse(said.Trim(), CultureInfo.InvariantCulture);
        }
    }

    store.Kill();
    return (counts.Ok, counts.Refused, failures);
}

static async Task<int> SendAsync(string redis, string upstream, TimeSpan length)
{
    var services = new ServiceCollection();
    services.AddRateLimitingRedis(options => (options.Configuration, options.Instances) = (redis, Processes));
    services.AddHttpClient("api", client => client.BaseAddress = new Uri(upstream)).AddServiceRateLimiting();
    services.AddServiceRateLimiting("api", static service =>
    {
        service.Store = "Redis";
        service.Limit("500/10s sliding");
    });
    await using var container = services.BuildServiceProvider();
    using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("api");
    using var end = new CancellationTokenSource(length);
    var failures = 0;
    await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var response = await client.GetAsync(new Uri("/", UriKind.Relative), end.Token);
            }
            catch (RateLimitRejectedException)
            {
                // The typed refusal.
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // The time is over.
            }
            catch (Exception failure)
            {
                Console.Error.WriteLine(failure.Message);
                Interlocked.Increment(ref failures);
            }
        }
    }));
    Console.WriteLine(failures);
    return 0;
}

static Process StartRedis(int port)
{
    var process = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
    process.BeginOutputReadLine();
    return process;
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

/// <summary>At most so many in every interval of a length, by the instant of arrival.</summary>
internal sealed class StrictCounts(int quota, TimeSpan window)
{
    private readonly Queue<long> _arrivals = new();
    private readonly Lock _gate = new();

    public int Ok { get; private set; }

    public int Refused { get; private set; }

    public bool Arrive()
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            while (_arrivals.TryPeek(out var first) && Stopwatch.GetElapsedTime(first, now) >= window)
            {
                _arrivals.Dequeue();
            }

            if (_arrivals.Count >= quota)
            {
                Refused++;
                return false;
            }

            _arrivals.Enqueue(now);
            Ok++;
            return true;
        }
    }
}
