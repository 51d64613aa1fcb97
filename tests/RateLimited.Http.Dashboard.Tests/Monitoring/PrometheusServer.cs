using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Dashboard.Tests.Monitoring;

/// <summary>A Prometheus of our own on a free port of the loopback, with the sample's configuration and the rules of this repository. Only where it scrapes and how often is changed. It leaves nothing behind.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private const string Rules = "monitoring/prometheus";
    private const string HowToGetIt = "The tests need prometheus. As root: apt-get update && apt-get install --yes prometheus. ./test.sh does it.";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("prometheus");
    private readonly HttpClient _client = new();
    private Process? _process;

    private PrometheusServer()
    {
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public static async Task<PrometheusServer> StartAsync(Uri target)
    {
        var server = new PrometheusServer();
        try
        {
            await server.ConfigureAsync(target);
            server.Run();
            await Eventually.HoldsAsync(server.IsReadyAsync, "Prometheus is ready");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many series a query has now.</summary>
    public async Task<int> CountAsync(string query)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("query", query)]);
        using var response = await _client.PostAsync("/api/v1/query", form, Ended);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Ended);
        body.GetProperty("status").GetString().ShouldBe("success", $"{query}: {body}");
        return body.GetProperty("data").GetProperty("result").GetArrayLength();
    }

    /// <summary>The rules as Prometheus read them.</summary>
    public async Task<IReadOnlyList<JsonElement>> RulesAsync()
    {
        var body = await _client.GetFromJsonAsync<JsonElement>("/api/v1/rules", Ended);
        return [.. body.GetProperty("data").GetProperty("groups").EnumerateArray().SelectMany(static group => group.GetProperty("rules").EnumerateArray())];
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        _client.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task ConfigureAsync(Uri target)
    {
        var sample = await File.ReadAllTextAsync(Repository.PathOf("samples/Watched/prometheus.yml"), Ended);
        var configuration = Interval().Replace(sample, "${name}: 1s").Replace("127.0.0.1:5080", target.Authority, StringComparison.Ordinal).Replace($"../../{Rules}", _directory.FullName, StringComparison.Ordinal);
        configuration.ShouldContain(target.Authority);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "prometheus.yml"), configuration, Ended);
        foreach (var rules in Directory.EnumerateFiles(Repository.PathOf(Rules), "*.rules.yml"))
        {
            await File.WriteAllTextAsync(Path.Combine(_directory.FullName, Path.GetFileName(rules)), Interval().Replace(await File.ReadAllTextAsync(rules, Ended), "${name}: 1s"), Ended);
        }
    }

    private void Run()
    {
        var port = RedisServer.FreePort();
        _client.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        try
        {
            _process = Process.Start(new ProcessStartInfo(
                "prometheus",
                [$"--config.file={_directory.FullName}/prometheus.yml", $"--storage.tsdb.path={_directory.FullName}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
            {
                WorkingDirectory = _directory.FullName,
                UseShellExecute = false,
            });
        }
        catch (Win32Exception missing)
        {
            throw new Xunit.Sdk.XunitException(HowToGetIt, missing);
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _client.GetAsync("/-/ready", Ended);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"(?<name>interval): \d+s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Interval();
}
