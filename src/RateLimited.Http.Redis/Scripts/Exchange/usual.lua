-- RateLimited.Http, schema 2: what one process tells and asks of one service's limits, in one step.
-- The arithmetic is that of RateLimited.Http/Limits, held to it by tests on random histories. docs/redis.md has the layout of keys, states and messages.
-- This part decides the usual question, and is all that is gone through for it but for what it writes. ExchangeScript puts the other parts behind it.
-- Times are microseconds of this server's clock, all numbers are integers below 2^53. Everything is validated and decided first and written last: Redis takes nothing back.

local pack, unpack, call = struct.pack, struct.unpack, redis.call
local message = ARGV[1]
local version, seq, plain, id, a, b, c, d, e, cost, parts, p = unpack(#message < 88 and '<ddd' or '<ddddddddddd', message)

-- The clock. Whoever must wait for an instant after the last write, and for more than a tenth of a second, is told by how long the key has to live, which is asked at half the price: the wait is never
-- too short, and less than three milliseconds too long. Nothing is granted by that time.
local now, is_rough
local function read_clock(instant, written, ends)
  if instant > written then
    local shown = ends - redis.call('PTTL', KEYS[2]) * 1000
    if written > shown and written - shown < 3000 then shown = written end
    -- Older versions wrote fractions.
    if instant - shown > 100000 then return shown - shown % 1, true end
  end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2], false
end

-- What is answered, with the call's number behind the time, and is kept as it is. What is written: into the heads, or keys, values and times to live.
local answered, in_place
local writes, w = false, 0
local joins, news

-- The usual message is one question about one key, of buckets and windows that the key holds first and in the same order, with no window's segment ending, nor beginning by it. It is decided in their heads
-- alone, of which no more is read and written than that needs, and told in a shorter form, without making a table or a string that can be spared: this server's Lua hashes every byte of
-- every string, packs a number for the price of unpacking two, and makes a table for that of thirty sums. So what is written is joined in pairs, and receipts are moved on from name to name, the last
-- limit's first. Where no window is asked about the whole value is read, which is hardly longer then. As soon as anything is otherwise it is left to the rest of this script, which decides the same.
local limit_count
if version == 3 then
  limit_count = (#message - 24) / 64
  if not (limit_count >= 1 and limit_count <= 6 and limit_count % 1 == 0) then return redis.error_reply('RLHPROTOCOL the message is not as long as it says') end
  local heads = ARGV[2]
  local stored = heads and call('GETRANGE', KEYS[2], '0', heads) or call('GET', KEYS[2])
  if stored and #stored >= plain then
    local schema, pause, lives = unpack('<c4dd', stored)
    local usual, latest, refused = schema == 'RLH2', pause, 0
    local pos, ended, text, gap, held = 29
    local r1, r2, r3, r4, r5, r6
    for i = 1, limit_count do
      local begin, earliest, stop, piece = pos + 7, 0
      if id > 0 then
        -- A bucket: what one part of it is, by how much the cost is more than its depth, and how long it lingers.
        local was, seen, _, length, _, mark, count, given, its_ticks, its_parts, next_pos = unpack('<dddddddddd', stored, pos)
        if was ~= id or length ~= 40 or its_ticks ~= a or its_parts ~= b then usual = false break end
        earliest = mark + c
        if count + d > 0 then earliest = earliest + (count + d <= b and 1 or 2) end
        if not now then now, is_rough = read_clock(earliest, seen, lives) end
        if seen > now then usual = false break end
        if earliest <= now and latest <= now then
          if mark < now then mark, count = now, 0 end
          mark, count = mark + cost, count + parts
          if count >= b then mark, count = mark + 1, count - b end
          if mark + e > lives then usual = false break end
          r1, r2, r3, r4, r5, r6 = mark + given, r1, r2, r3, r4, r5
          piece, stop = pack('<dddddd', now, mark + e, 40, 0, mark, count), next_pos - 24
        end
        pos = next_pos
      else
        -- A window: its quota, its length, its guard, and the spacing of what is sent.
        local was, seen, _, length, tail, o, os, ns, at, t, m, x, first, amount, _, _, _, at2, t2, m2, _, first2, amount2, next_pos = unpack('<ddddddddddddddddddddddd', stored, pos)
        local ends, excess = first + b + c, t + t2 + cost - a
        if was ~= -id or length ~= 144 or m <= 0 or cost > a then usual = false break end
        if excess > 0 then
          -- When the first of what counts ends, if that is enough.
          earliest = ends
          if m2 > 0 and first2 + b < ends then earliest, amount = first2 + b, amount2 end
          if amount < excess then usual = false break end
        end
        if not now then now, is_rough = read_clock(earliest, seen, lives) end
        if seen > now or ends <= now or (m2 > 0 and first2 + b <= now) then usual = false break end
        if excess <= 0 and latest <= now then
          local whole, till = now + b + c, at2 + b
          if now - ns >= d or x + cost > 70368744177664 or whole > lives then usual = false break end
          if m == 1 then first, amount = now, x + cost end
          r1, r2, r3, r4, r5, r6 = o + m - 1, r1, r2, r3, r4, r5
          piece, stop = pack('<ddddddddddddd', now, till > whole and till or whole, 144, tail, o, os, ns, now, t + cost, m, x + cost, first, amount), next_pos - 72
        end
        pos = next_pos
      end
      if not piece then
        -- Nobody goes from now on: what was made of those before is for nothing.
        if earliest > latest then latest, refused = earliest, i end
      elseif not text then
        text, ended = piece, stop
      elseif not held then
        gap, held, ended = string.sub(stored, ended, begin), piece, stop
      else
        text, held, ended = text .. gap .. held .. string.sub(stored, ended, begin) .. piece, nil, stop
      end
      if i < limit_count then id, a, b, c, d, e, cost, parts, p = unpack('<dddddddd', message, p) end
    end
    if usual then
      -- A refusal is a whole number: how long to wait, and in its last three bits by which limit, or by the service's pause.
      if latest > now then return (latest - now < 1125899906842623 and latest - now or 1125899906842623) * 8 + refused end
      if held then text = text .. gap .. held end
      answered, in_place = pack(string.sub('<ddddddddd', 1, limit_count + 4), 5, now, seq, r1, r2, r3, r4, r5, r6), text
    end
  end
end
