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
    private const string Clock = "local time = redis.call('TIME')\nlocal now = time[1] * 1000000 + time[2]\n";

    /// <summary>
    /// A step: now, how many numbers say what the limits are, those numbers, then a code. 0 asks: how many limits, and of each its index, cost, and time. 20 asks by the usual message, of which the heads'
    /// bytes, the number of limits and what it says of them follow. Others are the operation's: limit, the grant that it is about, and its two amounts; what was heard is about no grant, and has three.
    /// Receipts are kept here, by limit.
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
          if code == 20 then
            local heads, n = steps[p + 1], steps[p + 2]
            message = {3, seq, heads, n}
            for i = p + 3, p + 2 + 9 * n do message[#message + 1] = steps[i] end
            local reply = exchange(KEYS, {pack('<' .. rep('d', #message), spread(message)), string.format('%.0f', heads - 1)}, now)
            if type(reply) == 'table' then return reply end
            local status, _, granted, wait = unpack('<dddd', reply)
            if status == 6 then
              granted, wait = 0, granted
            elseif status == 5 or status == 7 then
              granted = 1
            end
            answers[#answers + 1] = granted
            if granted == 1 then
              local held = {}
              for i = 1, n do held[i] = unpack('<d', reply, (status == 5 or status == 7) and 8 * i + 9 or 16 * i + 17) end
              receipts[#receipts + 1] = held
              answers[#answers + 1] = 0
            else
              answers[#answers + 1] = wait
            end
            p = p + 3 + 9 * n
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
            local status, _, granted, wait = unpack('<dddd', reply)
            if status == 4 then status = 1 end
            answers[#answers + 1] = status == 1 and granted or 10 + status
            if granted == 1 then
              local held = {}
              for i = 1, n do held[steps[p + 4 * i - 2]] = unpack('<d', reply, 16 * i + 17) end
              receipts[#receipts + 1] = held
              answers[#answers + 1] = 0
            else
              answers[#answers + 1] = wait
            end
            p = p + 2 + 4 * n
          else
            local limit, held = steps[p + 1], receipts[steps[p + 2]] or {}
            for _, number in ipairs({1, code, limit, code > 10 and steps[p + 2] or held[limit] or 0, steps[p + 3], steps[p + 4], 0}) do message[#message + 1] = number end
            local reply = exchange(KEYS, {pack('<' .. rep('d', #message), spread(message)), 'c'}, now)
            if type(reply) == 'table' then return reply end
            local _, _, result = unpack('<ddd', reply)
            if code == 3 then held[limit] = result end
            answers[#answers + 1] = 1
            answers[#answers + 1] = (code == 9 or code == 11 or code == 14 or code == 15 or code == 26) and result or 0
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
        return $"local function exchange(KEYS, ARGV, now)\n{shipped.Replace(Clock, string.Empty, StringComparison.Ordinal)}end\n{Loop}";
    }
}
