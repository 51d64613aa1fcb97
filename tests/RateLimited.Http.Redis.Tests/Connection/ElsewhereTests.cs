using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Tests.Servers;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Connection;

/// <summary>Whoever goes on after an answer holds up no other answer, whatever it does.</summary>
public sealed class ElsewhereTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const string Script = "return 'done'";

    /// <summary>Far more than an answer takes, and than the client waits for one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    [Fact]
    public async Task An_answer_comes_while_whoever_had_the_one_before_blocks_its_thread()
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var connection = new StackExchangeConnection(multiplexer, database: -1);
        for (var i = 0; i < 20; i++)
        {
            await connection.LoadAndRunAsync(Script, [], []);

            ComesWhileThisThreadWaits(connection.LoadAndRunAsync(Script, [], [])).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_message_comes_while_whoever_had_the_one_before_blocks_its_thread()
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var connection = new StackExchangeConnection(multiplexer, database: -1);
        using var second = new ManualResetEventSlim();
        var hasWaited = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var heard = 0;
        await connection.SubscribeAsync("news", _ =>
        {
            if (Interlocked.Increment(ref heard) == 1)
            {
                hasWaited.SetResult(second.Wait(Patience));
            }
            else
            {
                second.Set();
            }
        });

        // As often as it takes: nobody keeps a message for a subscriber that is not there yet.
        await Eventually.Holds(() => multiplexer.GetSubscriber().Publish("news", "x") >= 0 && hasWaited.Task.IsCompleted, "a second message came");

        (await hasWaited.Task).ShouldBeTrue();
    }

    private static bool ComesWhileThisThreadWaits(Task answer) => answer.Wait(Patience);
}
