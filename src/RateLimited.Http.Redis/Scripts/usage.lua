-- RateLimited.Http, schema 2: what one process says of a service and of itself, and what all of them say.
-- KEYS[1] is a hash with a field for each process: until when it counts, in milliseconds of this server's clock, a space, and what it says, which this script does not read.
-- KEYS[2] is a hash with a field for each alert that somebody has said to know of: until when that is told, a space, and what was said.
-- ARGV: the process, what it says or nothing if it leaves, for how many milliseconds that counts, and 1 if it wants to hear the others;
-- then the field of an alert that somebody here knows of, or nothing, what is said of that, and for how many milliseconds it is told.
-- The answer: a line with how many processes there are; one for each alert that somebody knows of: an @, a space, and what was said; and one for each process that is told of: its name, a space, and what it says.

local most = 1000
local longest = 65536
local mostKnown = 256
local longestKnown = 4096
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local process, said, lives, wants = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local alert, by, toldFor = ARGV[5], ARGV[6], tonumber(ARGV[7])

if said == '' then
  redis.call('HDEL', KEYS[1], process)
else
  redis.call('HSET', KEYS[1], process, string.format('%.0f', now + lives) .. ' ' .. said)
  redis.call('PEXPIRE', KEYS[1], lives)
end

-- The first who says it is told of. When there are as many as are told of, the one that ends first makes room.
local told, known = {}, 0
local acknowledged = redis.call('HGETALL', KEYS[2])
local first, firstEnds
for i = 1, #acknowledged, 2 do
  local space = string.find(acknowledged[i + 1], ' ', 1, true)
  local ends = space and tonumber(string.sub(acknowledged[i + 1], 1, space - 1))
  if not ends or ends <= now or #acknowledged[i + 1] > longestKnown or known >= mostKnown then
    redis.call('HDEL', KEYS[2], acknowledged[i])
  else
    known = known + 1
    told[known] = '@' .. string.sub(acknowledged[i + 1], space)
    if acknowledged[i] == alert then alert = '' end
    if not firstEnds or ends < firstEnds then first, firstEnds = acknowledged[i], ends end
  end
end

if alert ~= '' then
  if known >= mostKnown then redis.call('HDEL', KEYS[2], first) end
  redis.call('HSET', KEYS[2], alert, string.format('%.0f', now + toldFor) .. ' ' .. by)
  redis.call('PEXPIRE', KEYS[2], toldFor)
  told[known + 1] = '@ ' .. by
end

-- Who has died is forgotten by whoever looks, or when there are too many.
local count = #told
if wants or redis.call('HLEN', KEYS[1]) > most then
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local space = string.find(all[i + 1], ' ', 1, true)
    local ends = space and tonumber(string.sub(all[i + 1], 1, space - 1))
    if not ends or ends <= now or #all[i + 1] > longest or not string.find(all[i], '^%w+$') then
      redis.call('HDEL', KEYS[1], all[i])
    elseif wants and #told - count < most then
      told[#told + 1] = all[i] .. string.sub(all[i + 1], space)
    end
  end
end

return 'RLU3 ' .. redis.call('HLEN', KEYS[1]) .. '\n' .. table.concat(told, '\n')
