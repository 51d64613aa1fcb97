-- Everything is decided and nothing is written yet. The record of this process's last call goes first, and tells in the same step what was there before: whoever calls twice is answered as before, and
-- who comes late not at all. It lives for two minutes from the first call of each minute, and so for one at least from every call: to set a time to live is as dear as the rest of a write.
if w == 0 and not in_place then return answered end
local record = call('SET', KEYS[1], answered, 'XX', 'KEEPTTL', 'GET')
local before, last
if record then
  if #record >= 24 then before, last = unpack('<dd', record, 9) end
  if not last or last >= seq then
    call('SET', KEYS[1], record, 'XX', 'KEEPTTL')
    if not last then return redis.error_reply('RLHSCHEMA a record of calls is not of schema 2') end
    return last == seq and record or pack('<dd', 2, now)
  end
end
if not record or now - now % 60000000 ~= before - before % 60000000 then call('SET', KEYS[1], answered, 'PX', '120000') end
if not record then
  -- It is this process's first call, or what came of the earlier ones is lost.
  answered = pack('<d', unpack('<d', answered) + 3) .. string.sub(answered, 9)
end
if in_place then call('SETRANGE', KEYS[2], '36', in_place) end
for i = 1, w, 3 do call('SET', writes[i], writes[i + 1], 'PX', writes[i + 2]) end
if joins then call('PUBLISH', ARGV[2], joins) end
if news then call('PUBLISH', ARGV[2], news) end
return answered
