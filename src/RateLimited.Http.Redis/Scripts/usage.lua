-- RateLimited.Http, schema 2: what one process says of a service and of itself, and what all of them say.
-- KEYS[1] is a hash with a field for each process: until when it counts, in milliseconds of this server's clock, a space, and what it says, which this script does not read.
-- ARGV: the process, what it says or nothing if it leaves, for how many milliseconds that counts, and 1 if it wants to hear the others.
-- The answer: a line with how many processes there are, and one for each that is told of: its name, a space, and what it says.

local most = 1000
local longest = 65536
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local process, said, lives, wants = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'

if said == '' then
  redis.call('HDEL', KEYS[1], process)
else
  redis.call('HSET', KEYS[1], process, string.format('%.0f', now + lives) .. ' ' .. said)
  redis.call('PEXPIRE', KEYS[1], lives)
end

-- Who has died is forgotten by whoever looks, or when there are too many.
local told = {}
if wants or redis.call('HLEN', KEYS[1]) > most then
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local space = string.find(all[i + 1], ' ', 1, true)
    local ends = space and tonumber(string.sub(all[i + 1], 1, space - 1))
    if not ends or ends <= now or #all[i + 1] > longest or not string.find(all[i], '^%w+$') then
      redis.call('HDEL', KEYS[1], all[i])
    elseif wants and #told < most then
      told[#told + 1] = all[i] .. string.sub(all[i + 1], space)
    end
  end
end

return 'RLU3 ' .. redis.call('HLEN', KEYS[1]) .. '\n' .. table.concat(told, '\n')
