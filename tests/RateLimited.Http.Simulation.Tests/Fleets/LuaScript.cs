using System.Globalization;
using System.Text;
using KeraLua;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>
/// A script as Redis runs it, by Lua itself: <c>KEYS</c>, <c>ARGV</c>, <c>redis.call</c>, <c>redis.error_reply</c> and <c>struct</c>, which <c>string.pack</c> of Lua 5.4 is for the formats that are used.
/// </summary>
internal sealed class LuaScript : IDisposable
{
    /// <summary>What Redis gives scripts. Errors are raised here and not in a callback: nothing may jump over frames of this runtime.</summary>
    private const string Prelude =
        """
        local call = _call
        _call = nil
        redis = {}
        function redis.call(...)
          local is_done, answer = call(...)
          if not is_done then error({err = answer}, 0) end
          return answer
        end
        function redis.error_reply(text) return {err = text} end
        struct = {pack = string.pack, unpack = string.unpack}
        """;

    private readonly Lua _lua = new();
    private readonly LuaFunction _callback;
    private readonly Func<byte[][], object> _call;
    private readonly int _chunk;

    /// <param name="text">The script.</param>
    /// <param name="call">
    /// What a command answers: bytes, a list of them, or false for nothing. What it throws becomes an error in the script.
    /// </param>
    public LuaScript(string text, Func<byte[][], object> call)
    {
        _call = call;
        _callback = Call;
        _lua.PushCFunction(_callback);
        _lua.SetGlobal("_call");
        Require(_lua.LoadBuffer(Encoding.UTF8.GetBytes(Prelude), "prelude"));
        Require(_lua.PCall(0, 0, 0));
        Require(_lua.LoadBuffer(Encoding.UTF8.GetBytes(text), "user_script"));
        _chunk = _lua.Ref(LuaRegistry.Index);
    }

    /// <summary>Runs it. Returns the string that it returns, or of a number the digits, as the client has it.</summary>
    /// <exception cref="ScriptErrorException">It returned an error, or raised one.</exception>
    public byte[] Run(IReadOnlyList<byte[]> keys, IReadOnlyList<byte[]> values)
    {
        _lua.SetTop(0);
        SetTable("KEYS", keys);
        SetTable("ARGV", values);
        _lua.RawGetInteger(LuaRegistry.Index, _chunk);
        var status = _lua.PCall(0, 1, 0);
        var answer = _lua.Type(-1) switch
        {
            LuaType.String when status == LuaStatus.OK => _lua.ToBuffer(-1, callMetamethod: false),
            LuaType.Number when status == LuaStatus.OK => Encoding.ASCII.GetBytes(((long)_lua.ToNumber(-1)).ToString(CultureInfo.InvariantCulture)),
            LuaType.Table => throw new ScriptErrorException(ErrorOf()),
            _ => throw new ScriptErrorException($"ERR Error running script: user_script: {_lua.ToString(-1)}"),
        };
        _lua.SetTop(0);
        return answer;
    }

    public void Dispose() => _lua.Dispose();

    private string ErrorOf()
    {
        _lua.GetField(-1, "err");
        return _lua.ToString(-1, callMetamethod: false);
    }

    private int Call(nint state)
    {
        var lua = Lua.FromIntPtr(state);
        object answer;
        var isDone = true;
        try
        {
            var arguments = new byte[lua.GetTop()][];
            for (var i = 0; i < arguments.Length; i++)
            {
                // Redis takes numbers too, and writes floats as Lua 5.1 does, which this one does not.
                arguments[i] = lua.Type(i + 1) == LuaType.String ? lua.ToBuffer(i + 1, callMetamethod: false) : throw new ScriptErrorException("ERR arguments of commands are strings");
            }

            answer = _call(arguments);
        }
#pragma warning disable CA1031 // Nothing may be thrown over Lua's frames: the script raises it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            (isDone, answer) = (false, Encoding.UTF8.GetBytes(fault.Message));
        }

        lua.PushBoolean(isDone);
        Push(lua, answer);
        return 2;
    }

    private static void Push(Lua lua, object answer)
    {
        switch (answer)
        {
            case byte[] bytes:
                lua.PushBuffer(bytes);
                break;
            case long number:
                lua.PushInteger(number);
                break;
            case byte[][] list:
                PushList(lua, list);
                break;
            default:
                lua.PushBoolean(false);
                break;
        }
    }

    private static void PushList(Lua lua, IReadOnlyList<byte[]> list)
    {
        lua.CreateTable(list.Count, 0);
        for (var i = 0; i < list.Count; i++)
        {
            lua.PushBuffer(list[i]);
            lua.RawSetInteger(-2, i + 1);
        }
    }

    private void SetTable(string name, IReadOnlyList<byte[]> list)
    {
        PushList(_lua, list);
        _lua.SetGlobal(name);
    }

    private void Require(LuaStatus status)
    {
        if (status != LuaStatus.OK)
        {
            throw new InvalidOperationException(_lua.ToString(-1));
        }
    }
}

/// <summary>What a server answers in place of an answer.</summary>
internal sealed class ScriptErrorException(string message) : Exception(message);
