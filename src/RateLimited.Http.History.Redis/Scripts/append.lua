-- RateLimited.Http.History, layout 1: appends records to a stream and keeps its bounds, in one step.
-- KEYS[1] is the stream, whose ids are the times of this server's clock.
-- ARGV: how many records are kept at most, for how many milliseconds, and the records, which this script does not read.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, lives = ARGV[1], ARGV[2]

for i = 3, #ARGV do
  redis.call('XADD', KEYS[1], '*', 'record', ARGV[i])
end

redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('%.0f', math.max(0, now - tonumber(lives))))
redis.call('XTRIM', KEYS[1], 'MAXLEN', '=', most)
redis.call('PEXPIRE', KEYS[1], lives)

return 'RLHISTORY1'
