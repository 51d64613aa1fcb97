-- RateLimited.Http, schema 1: what one process tells and asks of one service's limits, in one step.
-- The arithmetic is that of RateLimited.Http/Limits, held to it by tests on random histories. docs/redis.md has the layout of keys, states and messages.
-- Times are microseconds of this server's clock, all numbers are integers below 2^53. Everything is validated and decided first and written last: Redis takes nothing back.

local pack, unpack, sub, rep = struct.pack, struct.unpack, string.sub, string.rep
local floor, fmod, max, min = math.floor, math.fmod, math.max, math.min

local SCHEMA = 'RLH1'
local NEVER = -1
local BUCKET, SLIDING, FIXED, LEASES, PAUSE = 1, 2, 3, 4, 5
local ENTRIES = 64                -- of a sliding window's log
local MOST = 70368744177664       -- in an entry: 128 of them stay below 2^53
local LATEST = 4503599627370496   -- arrival time of a bucket
local LONGEST_TTL = 8640000000    -- milliseconds: a hundred days

local function corrupt(what)
  error({err = 'RLHSCHEMA ' .. what .. ' is not of schema 1'})
end

-- Functions are made only where a limit needs them: making them costs as much as deciding.
local expire, add, change, expiry
local function need_logs()
  if expire then return end
  -- Sliding window: a log of charges, oldest first. o is the number of the oldest entry, os the first number that it answers to, ns when the newest began, at its last instant, t the total.

  expire = function(log, upto)
    local n, pos, entries = log.n, 1, log.entries
    while n > 0 do
      local instant, amount = unpack('<dd', entries, pos)
      if instant > upto then break end
      log.t = log.t - amount
      pos, n = pos + 16, n - 1
    end
    if pos > 1 then
      log.o = log.o + log.n - n
      log.os, log.n, log.entries = log.o, n, sub(entries, pos)
    end
  end

  add = function(log, instant, amount, spacing)
    if log.n == 0 then
      log.o = max(log.o, instant)
      log.os = log.o
    elseif instant - log.ns < spacing then
      local _, last = unpack('<dd', log.entries, 16 * log.n - 15)
      local more = min(amount, MOST - last)
      log.entries = sub(log.entries, 1, 16 * log.n - 16) .. pack('<dd', instant, last + more)
      log.t, log.at = log.t + more, instant
      return log.o + log.n - 1
    elseif log.n == ENTRIES then
      local _, first = unpack('<dd', log.entries, 1)
      local at, second = unpack('<dd', log.entries, 17)
      local more = min(first, MOST - second)
      log.entries = pack('<dd', at, second + more) .. sub(log.entries, 33)
      log.t, log.o, log.n = log.t - first + more, log.o + 1, log.n - 1
    end
    amount = min(amount, MOST)
    log.entries = log.entries .. pack('<dd', instant, amount)
    log.t, log.n, log.ns, log.at = log.t + amount, log.n + 1, instant, instant
    return log.o + log.n - 1
  end

  change = function(log, number, by)
    if number < log.os or number >= log.o + log.n then return false end
    local pos = 16 * (max(number, log.o) - log.o) + 1
    local at, amount = unpack('<dd', log.entries, pos)
    local was = amount
    if by >= 0 then
      amount = amount + min(by, MOST - amount)
    elseif amount < MOST then
      amount = amount - min(-by, amount)
    end
    log.t = log.t + amount - was
    log.entries = sub(log.entries, 1, pos - 1) .. pack('<dd', at, amount) .. sub(log.entries, pos + 16)
    return true
  end

  -- When so much of what counts will have expired, of both logs in the order of expiry.
  expiry = function(l, amount)
    local sent, answered = l.sent, l.answered
    local i, j, sum = 0, 0, 0
    while true do
      local first, second, x, y = MOST * 128, MOST * 128
      if i < sent.n then
        first, x = unpack('<dd', sent.entries, 16 * i + 1)
        first = first + l.window + l.guard
      end
      if j < answered.n then
        second, y = unpack('<dd', answered.entries, 16 * j + 1)
        second = second + l.window
      end
      if first <= second then
        i, sum = i + 1, sum + x
      else
        j, sum = j + 1, sum + y
      end
      if sum >= amount then return min(first, second) end
    end
  end
end

local grid_end, window_end, open, roll, is_late, room, counts
local function need_windows()
  if grid_end then return end
  -- Fixed window. Of a zone's calendar six midnights come with the question.

  grid_end = function(l, at)
    if l.anchor == 0 then return at - fmod(at, l.window) + l.window end
    local midnights = l.midnights
    for i = 1, 6 do
      if at < midnights[i] then return midnights[i] end
    end
    return at + l.window
  end

  window_end = function(l, begin)
    if l.anchor > 1 then return begin + l.window + l.guard end
    local e = grid_end(l, begin - l.phase) + l.phase
    return e > begin and e or begin + l.window
  end

  open = function(l, e, follows)
    local since = l.mark
    l.mark, l.count = e, follows and l.late or 0
    if l.number ~= 0 then
      l.since, l.carried = since, follows and l.number or 0
      l.number, l.late = max(l.number + 1, e), 0
    end
  end

  roll = function(l, now)
    if l.anchor > 1 or now < l.mark then return end
    -- Written even when nobody is admitted: when the window before this one ended is not found out later.
    local e = window_end(l, l.mark)
    l.dirty = true
    if l.mark > 0 and e > now and e - l.mark < l.window / 2 then
      l.mark = e
    else
      open(l, window_end(l, now), now < e)
    end
  end

  is_late = function(l, now)
    return l.mark - now <= (l.anchor > 1 and 2 * l.guard or l.guard)
  end

  room = function(l, now)
    if l.anchor > 1 and is_late(l, now) then return 0 end
    return max(l.quota - l.count, 0)
  end

  counts = function(l, now, receipt)
    roll(l, now)
    return now < l.mark and l.number ~= 0 and (receipt == l.number or receipt == -l.number or (l.carried ~= 0 and receipt == -l.carried))
  end
end

-- Bucket: the first whole microsecond that is not before full + cost - depth.
local function arrival(l, ticks, parts)
  local whole = l.mark + ticks - l.depth
  local part = l.count + parts - l.depth_parts
  if part <= 0 then return whole end
  return whole + (part <= l.parts and 1 or 2)
end

-- Every kind: the first instant, now or later, at which the cost may go. A bucket is told the cost's time.
local function earliest(l, now, cost, ticks, parts)
  local kind = l.kind
  if kind == BUCKET then
    if cost > l.quota then return NEVER end
    if l.mark == 0 and l.count == 0 then return now end
    return max(now, arrival(l, ticks, parts))
  elseif kind == SLIDING then
    if cost > l.quota then return NEVER end
    local excess = l.sent.t + l.answered.t + cost - l.quota
    return excess <= 0 and now or expiry(l, excess)
  elseif kind == FIXED then
    if cost > l.quota then return NEVER end
    roll(l, now)
    if now >= l.mark or cost <= room(l, now) then return now end
    return cost <= l.quota - l.late and l.mark or window_end(l, l.mark)
  elseif kind == LEASES then
    return cost <= l.quota - l.held and now or NEVER
  end
  return max(now, l.mark)
end

-- Takes the cost, whether it may go or not. Returns the receipt.
local function charge(l, now, cost, ticks, parts, owner)
  local kind = l.kind
  l.dirty = true
  if kind == BUCKET then
    if l.mark < now then l.mark, l.count = now, 0 end
    l.mark, l.count = l.mark + ticks, l.count + parts
    if l.count >= l.parts then l.mark, l.count = l.mark + 1, l.count - l.parts end
    if l.mark > LATEST then l.mark, l.count = LATEST, 0 end
    return l.mark + l.given
  elseif kind == SLIDING then
    return add(l.sent, now, cost, l.spacing_sent)
  elseif kind == FIXED then
    roll(l, now)
    if now >= l.mark then open(l, now + l.window + l.guard, false) end
    l.count = min(l.count + cost, MOST)
    if l.number == 0 then l.number = l.mark end
    if l.anchor > 1 or not is_late(l, now) then return l.number end
    l.late = min(l.late + cost, MOST)
    return -l.number
  elseif kind == LEASES then
    local own = l.owners[owner]
    if not own then
      own = {held = 0}
      l.owners[owner] = own
      l.n = l.n + 1
    end
    own.held, own.till = own.held + cost, now + l.ttl
    l.held = l.held + cost
  end
  return 0
end

-- How much may go now, and the cost of it in a bucket's time. At most a number, less what leaving something to others says.
local function extra(l, now, want, divisor)
  local n
  if l.kind == BUCKET then
    local ticks = now + l.depth - l.mark + (l.depth_parts - l.count) / l.parts
    n = floor(min(max(ticks, 0) / (l.one + l.one_parts / l.parts) / divisor, want, l.most))
    -- The quotient is off by rounding at most: whoever says what takes more steps makes no sense.
    for _ = 1, 4 do
      if n <= 0 then break end
      local parts = n * l.one_parts
      local t, p = n * l.one + floor(parts / l.parts), fmod(parts, l.parts)
      if arrival(l, t, p) <= now then return n, t, p end
      n = n - 1
    end
    return 0, 0, 0
  elseif l.kind == SLIDING then
    n = l.quota - l.sent.t - l.answered.t
  elseif l.kind == FIXED then
    n = room(l, now)
  else
    n = l.quota - l.held
  end
  return max(floor(min(n / divisor, want)), 0), 0, 0
end

local used, give_back, charge_more, answer, announce
local function need_notes()
  if used then return end
  used = function(l, now)
    if l.kind == BUCKET then return max(0, math.ceil((l.mark - now + l.count / l.parts) * l.parts / l.ticks)) end
    if l.kind == SLIDING then return l.sent.t + l.answered.t end
    if l.kind == LEASES then return l.held end
    if l.kind == PAUSE then return max(l.mark - now, 0) end
    roll(l, now)
    return now < l.mark and l.count or 0
  end

  give_back = function(l, now, receipt, x, y, owner)
    local kind = l.kind
    if kind == BUCKET then
      -- Only debt still outstanding, and of a receipt the whole ticks are known.
      local due = min(receipt - l.given, l.mark)
      if due <= now then return end
      local ticks, parts = x, y
      if ticks >= due - now then ticks, parts = due - now, 0 end
      local borrowed = parts > l.count and 1 or 0
      l.mark, l.count = l.mark - ticks - borrowed, l.count + borrowed * l.parts - parts
      l.given = l.given + ticks + (parts > 0 and 1 or 0)
    elseif kind == SLIDING then
      if receipt >= 0 then change(l.sent, receipt, -x) else change(l.answered, -receipt - 1, -x) end
    elseif kind == FIXED then
      if not counts(l, now, receipt) then return end
      l.count = max(l.count - x, 0)
      if receipt == -l.number then l.late = max(l.late - x, 0) end
    elseif kind == LEASES then
      local own = l.owners[owner]
      if not own then return end
      local less = min(x, own.held)
      own.held, l.held = own.held - less, l.held - less
      if own.held == 0 then
        l.owners[owner] = nil
        l.n = l.n - 1
      end
    end
    l.dirty = true
  end

  charge_more = function(l, now, receipt, x, y, owner)
    l.dirty = true
    if l.kind == SLIDING then
      if receipt >= 0 then change(l.sent, receipt, x) else change(l.answered, -receipt - 1, x) end
    elseif l.kind == FIXED then
      if not counts(l, now, receipt) then return end
      l.count = min(l.count + x, MOST)
      if receipt == -l.number then l.late = min(l.late + x, MOST) end
    else
      charge(l, now, x, x, y, owner)
    end
  end

  -- The request has arrived at an instant that counts as this at the latest. Returns the receipt from now on.
  answer = function(l, now, receipt, amount, age)
    l.dirty = true
    if l.kind == SLIDING then
      if receipt < 0 or not change(l.sent, receipt, -amount) then return receipt end
      local log = l.answered
      return -add(log, log.n > 0 and max(now - age, log.at) or now - age, amount, l.spacing) - 1
    elseif l.kind == FIXED then
      roll(l, now)
      if l.anchor > 1 or receipt < 0 or l.number == 0 or receipt == l.number or now - age < l.since or now >= l.mark then return receipt end
      l.count = min(l.count + amount, MOST)
      return l.number
    end
    return receipt
  end

  announce = function(l, now, after)
    local e = now + max(0, min(after, l.window + l.guard))
    l.dirty = true
    roll(l, now)
    if now >= l.mark then
      open(l, e, false)
    elseif l.anchor == 3 then
      l.mark = e
    else
      local later = fmod(fmod(e - l.mark, l.window) + l.window, l.window)
      local tolerance = min(2000000, floor(l.window / 8))
      if l.number == 0 then l.number = l.mark end
      if l.shifted == l.number or later <= tolerance or later >= l.window - tolerance then return end
      l.shifted, l.mark, l.phase = l.number, l.mark + later, fmod(l.phase + later, l.window)
    end
  end
end

-- Reads a limit's state. back is by how much this server's clock fell behind what it showed when the state was written: to the state no time has passed since. That is written even when nobody is
-- admitted: else the state would stand still until the clock has caught up.
local function load(l, text, at, now, back)
  local kind = l.kind
  l.dirty = back > 0
  if kind == BUCKET then
    l.mark, l.count, l.given, l.was_ticks, l.was_parts = unpack('<ddddd', text, at)
    l.mark, l.given = l.mark - back, l.given + back
    if l.was_ticks ~= l.ticks or l.was_parts ~= l.parts then
      local before = l.mark + (l.count > 0 and 1 or 0)
      l.mark, l.count = before, 0
      if before > now then
        l.mark = now + math.ceil((before - now) * (l.ticks / l.parts) / (l.was_ticks / l.was_parts))
        l.given = l.given + max(before - l.mark, 0)
      end
    end
  elseif kind == SLIDING then
    local pos = at + 96
    for i = 1, 2 do
      local log = {}
      log.o, log.os, log.ns, log.at, log.t, log.n = unpack('<dddddd', text, at + 48 * (i - 1))
      log.entries = sub(text, pos, pos + 16 * log.n - 1)
      pos = pos + 16 * log.n
      if back > 0 then
        local moved = {}
        for j = 1, log.n do
          local instant, amount = unpack('<dd', log.entries, 16 * j - 15)
          moved[j] = pack('<dd', instant - back, amount)
        end
        log.entries, log.ns, log.at = table.concat(moved), log.ns - back, log.at - back
      end
      if i == 1 then l.sent = log else l.answered = log end
    end
    expire(l.sent, now - l.window - l.guard)
    expire(l.answered, now - l.window)
  elseif kind == FIXED then
    local window, anchor
    l.mark, l.count, l.number, l.since, l.late, l.carried, l.phase, l.shifted, window, anchor = unpack('<dddddddddd', text, at)
    l.mark, l.since = l.mark - back, l.since - back
    if window ~= l.window or anchor ~= l.anchor then
      -- What went in the old window counts in the first new one.
      local went, late, number = now < l.mark and l.count or 0, l.late, l.number
      l.mark, l.count, l.late, l.carried, l.phase, l.shifted = 0, 0, 0, 0, 0, -1
      if went > 0 then
        charge(l, now, went)
        l.number, l.late = number, l.anchor > 1 and 0 or max(l.late, late)
      end
    end
  elseif kind == LEASES then
    local n, wanted = unpack('<dd', text, at)
    l.owners, l.n, l.held, l.wanted = {}, 0, 0, wanted - back
    for i = 1, n do
      local owner, held, till = unpack('<ddd', text, at + 24 * i - 8)
      till = till - back
      if till > now then
        l.owners[owner] = {held = held, till = till}
        l.n, l.held = l.n + 1, l.held + held
      end
    end
  else
    l.mark = unpack('<d', text, at) - back
  end
end

local function fresh(l)
  local kind = l.kind
  if kind == BUCKET then
    l.mark, l.count, l.given = 0, 0, 0
  elseif kind == SLIDING then
    l.sent = {o = 0, os = 0, ns = 0, at = 0, t = 0, n = 0, entries = ''}
    l.answered = {o = 0, os = 0, ns = 0, at = 0, t = 0, n = 0, entries = ''}
  elseif kind == FIXED then
    l.mark, l.count, l.number, l.since, l.late, l.carried, l.phase, l.shifted = 0, 0, 0, 0, 0, 0, 0, -1
  elseif kind == LEASES then
    l.owners, l.n, l.held, l.wanted = {}, 0, 0, 0
  else
    l.mark = 0
  end
end

-- The limit's record, and the instant from which on it equals one that was never used.
local function save(l, now)
  local kind = l.kind
  if kind == BUCKET then
    local whole = l.mark + l.linger
    return pack('<ddddddddd', l.id, now, whole, 40, l.mark, l.count, l.given, l.ticks, l.parts), whole
  elseif kind == SLIDING then
    local a, b = l.sent, l.answered
    local whole = max(a.at + l.window + l.guard, b.at + l.window)
    return pack('<dddddddddddddddd', l.id, now, whole, 96 + 16 * (a.n + b.n), a.o, a.os, a.ns, a.at, a.t, a.n, b.o, b.os, b.ns, b.at, b.t, b.n) .. a.entries .. b.entries, whole
  elseif kind == FIXED then
    local whole = l.late == 0 and l.mark or window_end(l, l.mark)
    return pack('<dddddddddddddd', l.id, now, whole, 80, l.mark, l.count, l.number, l.since, l.late, l.carried, l.phase, l.shifted, l.window, l.anchor), whole
  elseif kind == LEASES then
    local whole, parts = l.wanted, {''}
    for owner, own in pairs(l.owners) do
      parts[#parts + 1] = pack('<ddd', owner, own.held, own.till)
      whole = max(whole, own.till)
    end
    parts[1] = pack('<dddddd', l.id, now, whole, 16 + 24 * l.n, l.n, l.wanted)
    return table.concat(parts), whole
  end
  return pack('<ddddd', l.id, now, l.mark, 8, l.mark), l.mark
end

local function exchange(keys, argv, now)
  local count = #argv[1] / 8
  local a = {unpack('<' .. rep('d', count), argv[1])}
  if a[1] ~= 1 then return redis.error_reply('RLHPROTOCOL this script speaks version 1') end
  local owner, seq, record_ttl, peek, retry = a[2], a[3], a[4], a[5] == 1, a[6] == 1
  local p = 8

  -- No message is longer than what it counts: nobody keeps the server busy with a number.
  local function sane(n)
    if not n or n < 0 or n > count or floor(n) ~= n then error({err = 'RLHPROTOCOL the message says that it has more than it has'}) end
    return n
  end
  if a[7] ~= #keys - 1 then return redis.error_reply('RLHPROTOCOL the message is about other keys') end

  -- What each limit is, and how it stands.
  local limits, groups = {}, {}
  for g = 1, a[7] do
    local first = #limits
    local n = sane(a[p])
    p = p + 1
    for _ = 1, n do
      local id, kind = a[p], a[p + 1]
      local l
      if kind == BUCKET then
        l = {id = id, kind = kind, quota = a[p + 2], ticks = a[p + 3], parts = a[p + 4], one = a[p + 5], one_parts = a[p + 6], depth = a[p + 7], depth_parts = a[p + 8],
          linger = a[p + 9], most = a[p + 10], mark = 0, count = 0, given = 0, dirty = false}
        p = p + 11
      elseif kind == SLIDING then
        need_logs()
        l = {id = id, kind = kind, quota = a[p + 2], window = a[p + 3], guard = a[p + 4], spacing_sent = a[p + 5], spacing = a[p + 6], sent = false, answered = false, dirty = false}
        p = p + 7
      elseif kind == FIXED then
        need_windows()
        l = {id = id, kind = kind, quota = a[p + 2], window = a[p + 3], guard = a[p + 4], anchor = a[p + 5], midnights = false, dirty = false}
        p = p + 6
        if l.anchor == 1 then
          l.midnights = {a[p], a[p + 1], a[p + 2], a[p + 3], a[p + 4], a[p + 5]}
          p = p + 6
        end
      elseif kind == LEASES then
        l = {id = id, kind = kind, quota = a[p + 2], ttl = a[p + 3], dirty = false}
        p = p + 4
      else
        l = {id = id, kind = PAUSE, dirty = false}
        p = p + 2
      end
      limits[#limits + 1] = l
    end

    local stored = redis.call('GET', keys[g + 1])
    local group = {first = first + 1, last = first + n, others = '', till = 0}
    groups[g] = group
    local known = 0
    if stored then
      local size = #stored
      if sub(stored, 1, 4) ~= SCHEMA then corrupt('a key') end
      local pos, next = 5, first + 1
      while pos <= size do
        if pos + 31 > size then corrupt('a record') end
        local id, seen, till, length = unpack('<dddd', stored, pos)
        local stop = pos + 31 + length
        if not (id >= 1 and floor(id) == id and floor(seen) == seen and seen > 0 and floor(length / 8) * 8 == length and length >= 0 and stop <= size) then corrupt('a record') end
        local l = limits[next]
        if not l or l.id ~= id then
          l = nil
          for i = first + 1, first + n do
            if limits[i].id == id then l = limits[i]; next = i end
          end
        end
        if l then
          next = next + 1
          l.known = true
          load(l, stored, pos + 32, now, seen > now and seen - now or 0)
        elseif till > now or seen > now then
          group.others = group.others .. sub(stored, pos, stop)
          group.till = max(group.till, till)
        end
        pos = stop + 1
      end
    end
    for i = first + 1, first + n do
      local l = limits[i]
      if not l.known then fresh(l) end
      if l.anchor == 1 and (now - l.phase < l.midnights[1] or now - l.phase >= l.midnights[4]) then return pack('<ddd', 3, now - l.phase, i) end
    end
  end

  local function recorded()
    local record = redis.call('GET', keys[1])
    if not record then return nil end
    if #record < 8 then corrupt('a record of calls') end
    local last = unpack('<d', record)
    if last == seq then return sub(record, 9) end
    if last > seq then return pack('<dd', 2, now) end
    return nil
  end
  if retry then
    local before = recorded()
    if before then return before end
  end

  -- What has become of what was granted before.
  local reply = {1, now}
  local message
  local ops = sane(a[p])
  p = p + 1
  if ops > 0 then need_notes() end
  for _ = 1, ops do
    local code, l, x, y, z = a[p], limits[a[p + 1]], a[p + 2], a[p + 3], a[p + 4]
    local result = 0
    p = p + 5
    if code == 1 then
      give_back(l, now, x, y, z, owner)
      if l.kind == LEASES and l.wanted > now then
        message, l.wanted = message or 'w', 0
      end
    elseif code == 2 then
      charge_more(l, now, x, y, z, owner)
    elseif code == 3 then
      result = answer(l, now, x, y, z)
    elseif code == 4 then
      result = charge(l, now, y, y, z, owner)
    elseif code == 5 then
      local own = l.owners[owner]
      result = -1
      if own then
        own.till, l.dirty, result = now + l.ttl, true, own.held
      end
    elseif code == 6 then
      announce(l, now, y)
    elseif code == 7 then
      if now + y > l.mark then
        l.mark, l.dirty, message = now + y, true, 'p'
      end
      result = l.mark - now
    elseif code == 8 then
      if not l.owners[owner] then charge(l, now, 1, 1, 0, owner) end
      l.owners[owner].till, l.dirty, result = now + l.ttl, true, l.n
    elseif code == 10 then
      local own = l.owners[owner]
      charge(l, now, y - (own and own.held or 0), 0, 0, owner)
    else
      result = used(l, now)
    end
    reply[#reply + 1] = result
  end

  -- Who may go: of each question all of its limits, or none.
  local asks = sane(a[p])
  p = p + 1
  for _ = 1, asks do
    local from, n = p + 1, sane(a[p])
    p = p + 1 + 6 * n
    local latest, refused = now, 0
    for q = from, p - 1, 6 do
      local l = limits[a[q]]
      local e = earliest(l, now, a[q + 1], a[q + 2], a[q + 3])
      if e == NEVER then
        latest, refused = NEVER, a[q]
        if l.kind == LEASES and not peek and l.wanted < now + l.ttl / 2 then
          l.wanted, l.dirty = now + l.ttl, true
        end
        break
      end
      if e > latest then latest, refused = e, a[q] end
    end
    if latest == now then
      reply[#reply + 1] = 1
      for q = from, p - 1, 6 do
        local l = limits[a[q]]
        local granted = a[q + 1]
        local receipt = granted > 0 and charge(l, now, granted, a[q + 2], a[q + 3], owner) or 0
        if a[q + 4] > 0 then
          local more, ticks, parts = extra(l, now, a[q + 4], a[q + 5])
          if more > 0 then
            receipt = charge(l, now, more, ticks, parts, owner)
            granted = granted + more
          end
        end
        reply[#reply + 1] = granted
        reply[#reply + 1] = receipt
      end
    else
      -- By the time that the last lets it go another may have closed: a window that began at first use closes before it ends.
      local before = now
      while latest ~= NEVER and before < latest do
        before = latest
        for q = from, p - 1, 6 do
          local l = limits[a[q]]
          if l.kind == FIXED and l.anchor > 1 and latest < l.mark and a[q + 1] > room(l, latest) then
            latest, refused = l.mark, a[q]
          end
        end
      end
      local again = NEVER
      local l = limits[refused]
      if latest == NEVER and l.kind == LEASES then
        for _, own in pairs(l.owners) do
          again = again == NEVER and own.till - now or min(again, own.till - now)
        end
      end
      reply[#reply + 1] = 0
      reply[#reply + 1] = latest == NEVER and NEVER or latest - now
      reply[#reply + 1] = refused
      reply[#reply + 1] = again
    end
  end
  if p ~= count + 1 then return redis.error_reply('RLHPROTOCOL the message is ' .. string.format('%.0f', count) .. ' numbers long and reads as another') end

  local answered = pack('<' .. rep('d', #reply), (table.unpack or _G.unpack)(reply))
  if peek then return answered end

  -- Everything that will be written, before any of it is.
  local writes = {}
  for g = 1, #groups do
    local group = groups[g]
    local dirty = false
    for i = group.first, group.last do dirty = dirty or limits[i].dirty end
    if dirty then
      local text, till = SCHEMA, group.till
      for i = group.first, group.last do
        local record, whole = save(limits[i], now)
        text = text .. record
        till = max(till, whole)
      end
      writes[#writes + 1] = keys[g + 1]
      writes[#writes + 1] = text .. group.others
      writes[#writes + 1] = string.format('%.0f', min(max(math.ceil((till - now) / 1000) + 1, 1), LONGEST_TTL))
    end
  end
  if #writes == 0 then return answered end
  if not retry then
    local before = recorded()
    if before then return before end
  end

  for i = 1, #writes, 3 do redis.call('SET', writes[i], writes[i + 1], 'PX', writes[i + 2]) end
  redis.call('SET', keys[1], pack('<d', seq) .. answered, 'PX', string.format('%.0f', record_ttl))
  if message == 'p' then
    redis.call('PUBLISH', argv[2], 'p')
  elseif message then
    redis.call('PUBLISH', argv[2], 'w')
  end
  return answered
end

local time = redis.call('TIME')
return exchange(KEYS, ARGV, time[1] * 1000000 + time[2])
