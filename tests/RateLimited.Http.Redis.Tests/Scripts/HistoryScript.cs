using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Messages;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>
/// The script as it ships, but for its reading of the clock: instead of one call by that it makes all calls of a history, each at the time that the history says. One round trip for a history makes a
/// hundred thousand of them affordable. Messages of the usual form are sent as such, so that both ways to decide are held to the same answers.
/// </summary>
internal sealed class HistoryScript(IDatabase database)
{
    private const string Clock = "local time = redis.call('TIME')\n  return time[1] * 1000000 + time[2], false\n";

    /// <summary>What the clock shows by how long a key has to live; here to the microsecond.</summary>
    private const string Lives = "ends - redis.call('PTTL', KEYS[2]) * 1000\n    if written > shown and written - shown < 3000 then shown = written end\n";

    /// <summary>
    /// A step: now, how many numbers say what the limits are, those numbers, then a code. 0 asks: how many limits, and of each its index, cost, and time. 99 asks by the usual message, of which the heads'
    /// bytes, the number of limits and what it says of them follow; whether the script is told how much to read depends on those, as with the message that ships.
    /// Others are the operation's: limit, the grant that it is about, and its two amounts; what was heard is about no grant, and has three. Receipts are kept here, by limit.
    /// What was learned is 23: limit, the version that was heard, the one that is told, what went, how many figures there are, and those; all that is answered is an answer.
    /// </summary>
    private const string Loop =
        """
        local pack, unpack, rep, spread = struct.pack, struct.unpack, string.rep, table.unpack or _G.unpack
        local steps = {}
        for i = 1, #ARGV[1] / 8 do steps[i] = unpack('<d', ARGV[1], 8 * i - 7) end
        local receipts, answers, p, seq = {}, {}, 1, 0
        while p <= #steps do
          local now, terms = steps[p], steps[p + 1]
          seq = seq + 1
          local message = {2, 7, seq, 0, 0}
          for i = p + 2, p + 1 + terms do message[#message + 1] = steps[i] end
          p = p + 2 + terms
          local code = steps[p]
          if code == 99 then
            local heads, n = steps[p + 1], steps[p + 2]
            message = {3, seq, heads}
            for i = p + 3, p + 2 + 8 * n do message[#message + 1] = steps[i] end
            local has_tail = false
            for i = p + 3, p + 2 + 8 * n, 8 do has_tail = has_tail or steps[i] < 0 end
            local reply = exchange(KEYS, {pack('<' .. rep('d', #message), spread(message)), has_tail and string.format('%.0f', heads - 1) or nil}, now)
            if type(reply) == 'table' then return reply end
            local granted, wait = 0
            if type(reply) == 'number' then
              wait = math.floor(reply / 8)
            else
              local status = unpack('<d', reply)
              granted = 1
              if status ~= 5 and status ~= 8 then granted, wait = unpack('<dd', reply, 25) end
            end
            answers[#answers + 1] = granted
            if granted == 1 then
              local held = {}
              for i = 1, n do held[i] = unpack('<d', reply, 8 * (n - i) + 25) end
              receipts[#receipts + 1] = held
              answers[#answers + 1] = 0
            else
              answers[#answers + 1] = wait
            end
            p = p + 3 + 8 * n
          elseif code == 0 then
            local n = steps[p + 1]
            message[#message + 1] = 0
            message[#message + 1] = 1
            message[#message + 1] = n
            for i = 1, n do
              for j = 0, 3 do message[#message + 1] = steps[p + 4 * i - 2 + j] end
              message[#message + 1] = 0
              message[#message + 1] = 1
            end
            local reply = exchange(KEYS, {pack('<' .. rep('d', #message), spread(message)), 'c'}, now)
            if type(reply) == 'table' then return reply end
            local status, _, _, granted, wait = unpack('<ddddd', reply)
            if status == 4 then status = 1 end
            answers[#answers + 1] = status == 1 and granted or 10 + status
            if granted == 1 then
              local held = {}
              for i = 1, n do held[steps[p + 4 * i - 2]] = unpack('<d', reply, 16 * i + 25) end
              receipts[#receipts + 1] = held
              answers[#answers + 1] = 0
            else
              answers[#answers + 1] = wait
            end
            p = p + 2 + 4 * n
          elseif code == 23 then
            local n = steps[p + 5]
            for _, number in ipairs({1, code, steps[p + 1], steps[p + 2], steps[p + 3], steps[p + 4]}) do message[#message + 1] = number end
            for i = 1, n do message[#message + 1] = steps[p + 5 + i] end
            message[#message + 1] = 0
            local reply = exchange(KEYS, {pack('<' .. rep('d', #message), spread(message)), 'c'}, now)
            if type(reply) == 'table' then return reply end
            for i = 1, n + 3 do answers[#answers + 1] = unpack('<d', reply, 8 * i + 17) end
            p = p + 6 + n
          else
            local limit, held = steps[p + 1], receipts[steps[p + 2]] or {}
            for _, number in ipairs({1, code, limit, code > 10 and steps[p + 2] or held[limit] or 0, steps[p + 3], steps[p + 4], 0}) do message[#message + 1] = number end
            local reply = exchange(KEYS, {pack('<' .. rep('d', #message), spread(message)), 'c'}, now)
            if type(reply) == 'table' then return reply end
            local _, _, _, result = unpack('<dddd', reply)
            if code == 3 then held[limit] = result end
            answers[#answers + 1] = 1
            answers[#answers + 1] = (code == 9 or code == 11 or code == 14 or code == 15 or code > 19) and result or 0
            p = p + 5
          end
        end
        for i = 1, #KEYS do redis.call('DEL', KEYS[i]) end
        local texts = {}
        for i = 1, #answers do texts[i] = pack('<d', answers[i]) end
        return table.concat(texts)
        """;

    private static readonly string Text = Build();

    /// <summary>Plays a history over keys of its own. Returns two numbers for each step.</summary>
    public long[] Play(byte[] steps, string key)
    {
        var answer = (byte[])database.ScriptEvaluate(Text, [$"{key}:o", key], [steps])!;
        var reader = new MessageReader(answer);
        var numbers = new long[answer.Length / sizeof(double)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = reader.Next();
        }

        return numbers;
    }

    private static string Build()
    {
        var shipped = ExchangeScript.Current.Text;
        shipped.ShouldContain(Clock);
        shipped.ShouldContain(Lives);
        shipped = shipped.Replace(Clock, "return SHOWN, false\n", StringComparison.Ordinal).Replace(Lives, "SHOWN\n", StringComparison.Ordinal);
        return $"local function exchange(KEYS, ARGV, SHOWN)\n{shipped}end\n{Loop}";
    }
}
