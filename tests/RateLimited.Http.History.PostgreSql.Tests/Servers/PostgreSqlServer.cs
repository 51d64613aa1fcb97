using System.Collections.Concurrent;
using System.Diagnostics;

namespace RateLimited.Http.History.PostgreSql.Tests.Servers;

/// <summary>A PostgreSQL server of our own, that listens on a socket in its own directory and nowhere else, and is gone with it. It refuses to run as root, and so runs as postgres then.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private const string HowToGetIt = "There is no PostgreSQL server on this machine. As root: apt-get update && apt-get install --yes postgresql. ./test.sh does it.";
    private const string User = "tester";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pg");

    /// <summary>How to connect.</summary>
    public string ConnectionString => $"Host={_directory.FullName};Username={User};Database=postgres;Timeout=60;Command Timeout=60;Pooling=true";

    private string Data => Path.Combine(_directory.FullName, "data");

    private string Log => Path.Combine(_directory.FullName, "log");

    public async ValueTask InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", _directory.FullName]);
        }

        await RunServerProgramAsync("initdb", ["--pgdata", Data, "--username", User, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]);
        await StartAsync();
    }

    /// <summary>Starts it, and returns when it answers.</summary>
    public Task StartAsync() => RunServerProgramAsync("pg_ctl", ["start", "--wait", "--timeout", "100", "--pgdata", Data, "--log", Log, "--options", $"-c listen_addresses='' -c unix_socket_directories='{_directory.FullName}' -c fsync=off"]);

    /// <summary>Ends it at once, whoever is connected.</summary>
    public Task StopAsync() => RunServerProgramAsync("pg_ctl", ["stop", "--wait", "--timeout", "100", "--mode", "immediate", "--pgdata", Data]);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync();
        }

        _directory.Delete(recursive: true);
    }

    /// <summary>Debian keeps them beside each other by version, and out of the path.</summary>
    private static string PathOf(string program) =>
        Directory.Exists("/usr/lib/postgresql")
        && Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin", program)).FirstOrDefault(File.Exists) is { } found
            ? found
            : program;

    private Task RunServerProgramAsync(string program, string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("runuser", ["-u", "postgres", "--", PathOf(program), .. arguments])
        : RunAsync(PathOf(program), arguments);

    private async Task RunAsync(string program, string[] arguments)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _directory.FullName })!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new IOException(HowToGetIt, missing);
        }

        using (process)
        {
            // What pg_ctl starts has its output too, and never closes it: nobody waits for its end.
            var said = new ConcurrentQueue<string>();
            process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? string.Empty);
            process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? string.Empty);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            using var patience = new CancellationTokenSource(Patience);
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            process.EnableRaisingEvents = true;
            process.Exited += (_, _) => ended.TrySetResult();
            if (process.HasExited)
            {
                ended.TrySetResult();
            }

            await ended.Task.WaitAsync(patience.Token);
            if (process.ExitCode != 0)
            {
                throw new IOException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Join('\n', said)}");
            }
        }
    }
}
