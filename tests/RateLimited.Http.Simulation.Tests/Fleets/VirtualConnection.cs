using System.Reflection;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Simulation.Tests.Worlds;
using StackExchange.Redis;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>One process's connection: questions and answers take their time, get lost, and are heard when the process runs.</summary>
internal sealed class VirtualConnection(World world, Fleet fleet, FleetServer server, FleetProcess process) : IRedisConnection
{
    private readonly List<TaskCompletionSource<byte[]?>> _asked = [];
    private readonly List<(string Channel, Action<string> OnMessage)> _listeners = [];

    public FleetServer Server => server;

    public bool IsConnected => !server.IsSeenDown && !process.IsSeenCutOff(server);

    public Task<byte[]?> RunAsync(byte[] sha1, RedisKey[] keys, RedisValue[] values) => Ask(keys, values, server.Redis.Run);

    public Task<byte[]?> LoadAndRunAsync(string script, RedisKey[] keys, RedisValue[] values) => Ask(keys, values, server.Redis.LoadAndRun);

    public Task<RedisResult> AskAsync(string command, params object[] arguments) => throw new NotSupportedException("No limit is decided by it.");

    public Task LookAroundAsync() => Task.CompletedTask;

    public Task<string?> EvictionAsync() => Task.FromResult<string?>(null);

    public Task SubscribeAsync(string channel, Action<string> onMessage)
    {
        _listeners.Add((channel, onMessage));
        return Task.CompletedTask;
    }

    /// <summary>Something was published. Who is cut off hears nothing of it.</summary>
    public void Hear(string channel, string message)
    {
        foreach (var (_, onMessage) in _listeners.Where(listener => listener.Channel == channel))
        {
            if (!process.IsCutOff(server) && !fleet.Happens(FleetFaults.LostNews, often: 3))
            {
                process.In(fleet.DrawWay(), () => onMessage(message));
            }
        }
    }

    /// <summary>The connection broke: whoever waits for an answer is told.</summary>
    public void Break()
    {
        var asked = _asked.ToArray();
        _asked.Clear();
        foreach (var answer in asked)
        {
            process.In(fleet.DrawWay(), () => answer.TrySetException(Made<RedisConnectionException>(ConnectionFailureType.SocketClosed, "It broke.")));
        }
    }

    private Task<byte[]?> Ask(RedisKey[] keys, RedisValue[] values, Func<IReadOnlyList<byte[]>, IReadOnlyList<byte[]>, byte[]> run)
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _asked.Add(answer);
        process.Counts[keys[0]!].Asked = server;
        if (!fleet.Happens(FleetFaults.LostQuestions))
        {
            var counts = process.Counts[keys[0]!];
            var (isJoin, all, told) = (counts.Joins, keys.Select(static key => (byte[])key!).ToArray(), values.Select(static value => (byte[])value!).ToArray());
            world.Events.In(fleet.DrawWay(), () => Arrive(() => server.Run(all, told, run, isJoin ? counts : null), answer));
        }

        return answer.Task;
    }

    private void Arrive(Func<byte[]> run, TaskCompletionSource<byte[]?> answer)
    {
        if (server.IsDown || process.IsCutOff(server))
        {
            return;
        }

        Action told;
        try
        {
            var bytes = run();
            told = () => answer.TrySetResult(bytes);
        }
        catch (ScriptErrorException fault)
        {
            told = () => answer.TrySetException(Made<RedisServerException>(fault.Message));
        }

        if (!fleet.Happens(FleetFaults.LostAnswers))
        {
            process.In(fleet.DrawWay(), () =>
            {
                _asked.Remove(answer);
                told();
            });
        }
    }

    /// <summary>Only the client makes these in the version that tests run on.</summary>
    private static Exception Made<T>(params object[] arguments) =>
        (Exception)Activator.CreateInstance(typeof(T), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, binder: null, arguments, culture: null)!;
}
