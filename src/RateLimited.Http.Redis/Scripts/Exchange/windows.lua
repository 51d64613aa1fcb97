-- Sliding and fixed windows. Their functions are made once a call is about one.

local expire, add, change, expiry, head_of, tail_of, read_logs
local function need_logs()
  -- Sliding window: a log of charges, oldest first, with their sum t. The newest is o + n - 1, of instant at and amount x, and the n - 1 before it are closed: they lie in s from byte b on, and nothing
  -- but their end and their number is touched as long as none expires. o is the number of the oldest, os the first number that it answers to, ns when the newest began.

  expire = function(log, upto)
    local n, b = log.n, log.b
    while n > 1 do
      local instant, amount = unpack('<dd', log.s, b)
      if instant > upto then break end
      log.t = log.t - amount
      b, n = b + 16, n - 1
    end
    if n == 1 and log.at <= upto then
      log.t, n = log.t - log.x, 0
    end
    if n < log.n then
      log.o = log.o + log.n - n
      log.os, log.n, log.b = log.o, n, b
    end
  end

  add = function(log, instant, amount, spacing)
    local n = log.n
    if n == 0 then
      log.o = max(log.o, instant)
      log.os = log.o
    elseif instant - log.ns < spacing then
      local more = min(amount, MOST - log.x)
      log.x, log.t, log.at = log.x + more, log.t + more, instant
      return log.o + n - 1
    else
      local closed = sub(log.s, log.b, log.b + 16 * n - 17)
      if n == ENTRIES then
        -- Only after the window has grown: the oldest waits for the next oldest, which costs least.
        local _, first, at, second = unpack('<dddd', closed)
        local more = min(first, MOST - second)
        closed = pack('<dd', at, second + more) .. sub(closed, 33)
        log.t, log.o, n = log.t - first + more, log.o + 1, n - 1
      end
      log.s, log.b = closed .. pack('<dd', log.at, log.x), 1
    end
    amount = min(amount, MOST)
    log.x, log.t, log.n, log.ns, log.at = amount, log.t + amount, n + 1, instant, instant
    return log.o + n
  end

  change = function(log, number, by)
    if number < log.os or number >= log.o + log.n then return false end
    local index = max(number, log.o) - log.o
    local from = log.b + 16 * index
    local at, amount = log.at, log.x
    local is_closed = index < log.n - 1
    if is_closed then at, amount = unpack('<dd', log.s, from) end
    local was = amount
    if by >= 0 then
      amount = amount + min(by, MOST - amount)
    elseif amount < MOST then
      amount = amount - min(-by, amount)
    end
    log.t = log.t + amount - was
    if is_closed then
      log.s = sub(log.s, log.b, from - 1) .. pack('<dd', at, amount) .. sub(log.s, from + 16, log.b + 16 * log.n - 17)
      log.b = 1
    else
      log.x = amount
    end
    return true
  end

  -- When so much of what counts will have expired, of both logs in the order of expiry.
  expiry = function(l, amount)
    local sent, answered = l.sent, l.answered
    local i, j, sum = 1, 1, 0
    while true do
      local first, second, x, y = MOST * 128, MOST * 128
      if i < sent.n then
        first, x = unpack('<dd', sent.s, sent.b + 16 * i - 16)
      elseif i == sent.n then
        first, x = sent.at, sent.x
      end
      first = first + l.window + l.guard
      if j < answered.n then
        second, y = unpack('<dd', answered.s, answered.b + 16 * j - 16)
      elseif j == answered.n then
        second, y = answered.at, answered.x
      end
      second = second + l.window
      if first <= second then
        i, sum = i + 1, sum + x
      else
        j, sum = j + 1, sum + y
      end
      if sum >= amount then return min(first, second) end
    end
  end

  -- Of a log what stands in a record's head: the instant and amount of the oldest besides, so that the closed ones need not be looked at.
  head_of = function(log)
    local first, amount = log.at, log.x
    if log.n > 1 then first, amount = unpack('<dd', log.s, log.b) end
    return pack('<ddddddddd', log.o, log.os, log.ns, log.at, log.t, log.n, log.x, first, amount)
  end

  tail_of = function(log)
    return log.n > 1 and sub(log.s, log.b, log.b + 16 * log.n - 17) or ''
  end

  read_logs = function(l, text, at, tail, now, back)
    local o, os, ns, newest, t, n, x, _, _, o2, os2, ns2, newest2, t2, n2, x2 = unpack('<dddddddddddddddd', text, at)
    local sent = {o = o, os = os, ns = ns - back, at = newest - back, t = t, n = n, x = x, s = text, b = tail}
    local answered = {o = o2, os = os2, ns = ns2 - back, at = newest2 - back, t = t2, n = n2, x = x2, s = text, b = tail + 16 * max(n - 1, 0)}
    if back > 0 then
      for _, log in ipairs({sent, answered}) do
        local moved = {}
        for j = 1, log.n - 1 do
          local instant, amount = unpack('<dd', text, log.b + 16 * j - 16)
          moved[j] = pack('<dd', instant - back, amount)
        end
        log.s, log.b = table.concat(moved), 1
      end
    end
    if n > 0 then expire(sent, now - l.window - l.guard) end
    if n2 > 0 then expire(answered, now - l.window) end
    l.sent, l.answered = sent, answered
  end
end

local grid_end, window_end, open, roll, is_late, room, counts
local function need_windows()
  -- Fixed window. Of a zone's calendar six midnights come with the question.

  grid_end = function(l, at)
    if l.anchor == 0 then return at - at % l.window + l.window end
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
