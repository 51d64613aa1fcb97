using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using RateLimited.Http.Redis.Faults;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Connection;

/// <summary>A script, embedded as it is reviewed: the one that decides, the one by which processes say how they are, or one of another package. It is sent by its hash, and once in full to a server that does not know it. Thread-safe.</summary>
internal sealed class ExchangeScript
{
    /// <summary>What is gone through only where the usual question does not settle it, in this order: each part uses what those before it declare.</summary>
    private static readonly string[] Rest = ["kinds", "windows", "limits", "notes", "states", "questions"];

    private ExchangeScript(string text)
    {
        Text = text;
#pragma warning disable CA5350 // Redis names scripts by SHA-1; it proves nothing here.
        Sha1 = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
    }

    /// <summary>What decides: the usual question by itself, all others by the rest, and what is written of either.</summary>
    public static ExchangeScript Current { get; } = new($"{PartOf("usual")}\nif not answered then\n{string.Join('\n', Rest.Select(PartOf))}end\n\n{PartOf("writes")}");

    /// <summary>What processes say of themselves, and hear of the others.</summary>
    public static ExchangeScript Usage { get; } = In(typeof(ExchangeScript).Assembly, "usage.lua");

    public string Text { get; }

    public byte[] Sha1 { get; }

    /// <summary>The script of a name in an assembly.</summary>
    public static ExchangeScript In(Assembly assembly, string name) => new(TextOf(assembly, name));

    /// <summary>Runs it. A server that has forgotten it (it restarted, was flushed, or took over) is given it again, once.</summary>
    public async Task<byte[]> RunAsync(IRedisConnection connection, RedisKey[] keys, RedisValue[] values)
    {
        byte[]? answer;
        try
        {
            answer = await connection.RunAsync(Sha1, keys, values).ConfigureAwait(false);
        }
        catch (RedisServerException failure) when (RedisError.KindOf(failure.Message) == RedisErrorKind.NoScript)
        {
            answer = await connection.LoadAndRunAsync(Text, keys, values).ConfigureAwait(false);
        }

        return answer ?? throw new InvalidDataException("The store answered nothing. Another program may have replaced the script.");
    }

    private static string PartOf(string name) => TextOf(typeof(ExchangeScript).Assembly, $"exchange/{name}.lua");

    private static string TextOf(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
