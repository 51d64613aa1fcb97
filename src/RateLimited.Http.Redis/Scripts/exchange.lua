-- RateLimited.Http, schema 2: what one process tells and asks of one service's limits, in one step.
-- The arithmetic is that of RateLimited.Http/Limits, held to it by tests on random histories. docs/redis.md has the layout of keys, states and messages.
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
    if written > shown and written - shown < 1000 then shown = written end
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

-- The usual message is one question about one key, of buckets and windows that the key holds first and in the same order, with no window's segment ending or beginning. It is decided in their heads
-- alone, of which no more is read and written than that needs, and told in a shorter form, without making a function, a table or a string that can be spared: this server's Lua hashes every byte of
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

if not answered then
  if not now or is_rough then now = read_clock(0, 0) end
  local spread = table.unpack or _G.unpack
  local sub, rep, max, min, ceil, floor = string.sub, string.rep, math.max, math.min, math.ceil, math.floor
  local SCHEMA = 'RLH2'
  local NEVER = -1
  local BUCKET, SLIDING, FIXED, LEASES, RESTS, FLOW, LEARNED = 1, 2, 3, 4, 5, 6, 9
  local ENTRIES = 64                -- of a sliding window's log
  local MOST = 70368744177664       -- in an entry: 128 of them stay below 2^53
  local LARGEST = 4503599627370496  -- arrival time of a bucket, and product of an amount and of parts
  local UPSTREAM = 0                -- whose leases are what an upstream said is used, until its window ends
  local OTHERS = -1                 -- whose leases are of nothing: as long as there is one, others use the quota too
  local PART_AT_ONCE = 4
  local PROOF, PROVING_PART = 2, 2  -- so many windows in a row that went to us, by half at least
  local REMEMBERED = 8              -- windows in which nobody else used a quota that flows back
  local MOST_BUCKETS = 2            -- of such a quota no more is ever taken to be used
  local FIRST_PART = 16             -- of it, this part may be under way before the first answer after a silence
  local LONGEST_TTL = 8640000000    -- milliseconds: a hundred days
  local LONGEST_REST = 2678400000000  -- of an API key: thirty-one days

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

  -- How many windows in a row, with the last one that was told of, went to us and to nobody else. Two say that the next one is ours alone: the first may have been heard of when it was almost over.
  local function proofs_of(l, now)
    local is_proof = l.told_till + l.lasts > now and l.ours >= l.quota - floor(l.quota / PROVING_PART) and not l.owners[OTHERS]
    return is_proof and min(l.proofs + 1, PROOF) or 0
  end

  -- In how much time so much of a quota flows back, rounded up. Its terms are such that the products are exact.
  local function time_of(l, amount)
    return amount * l.one + ceil(amount * l.one_parts / l.parts)
  end

  -- Whether no more goes before the first answer than a small part of what was not heard of for long.
  local function must_ask(l, now, under_way)
    return l.asks_till > now and l.held > 0 and under_way > max(floor(l.quota / FIRST_PART), 1)
  end

  -- How many more leases there may be. Of a quota that others use too, or may use as far as is known, a part of what is left, and one when none is held.
  local function free(l, now)
    local said = l.owners[UPSTREAM]
    local used = said and said.held or 0
    local left, held = l.quota - used, l.held - used
    local parts = (l.owners[OTHERS] or l.doubt_till > now) and l.parts * PART_AT_ONCE or l.parts
    if parts > 1 and held > 0 and left > 0 then left = max(floor(left / parts), 1) end
    return left - held
  end

  -- Every kind: the first instant, now or later, at which the cost may go. A bucket is told the cost's time.
  local function earliest(l, now, cost, ticks, parts)
    local kind = l.kind
    if kind == RESTS or kind == LEARNED then
      -- Whoever asks says what it has heard last: of what was said since it hears before it may go.
      return l.stamp > ticks and NEVER or now
    end
    if kind == LEASES then
      if cost <= free(l, now) then return now end
      local said = l.owners[UPSTREAM]
      return said and cost > l.quota - said.held and said.till or NEVER
    end
    if kind == FLOW then
      local under_way = l.held + cost
      if under_way > l.quota then return NEVER end
      local first = max(now, l.mark + time_of(l, under_way) - l.window)
      return must_ask(l, now, under_way) and max(first, l.asks_till) or first
    end
    if cost > l.quota then return NEVER end
    if kind == BUCKET then
      -- The first whole microsecond that is not before full + cost - depth.
      local whole, part = l.mark + ticks - l.depth, l.count + parts - l.depth_parts
      if part > 0 then whole = whole + (part <= l.parts and 1 or 2) end
      return whole > now and whole or now
    elseif kind == SLIDING then
      local excess = l.sent.t + l.answered.t + cost - l.quota
      return excess <= 0 and now or expiry(l, excess)
    end
    roll(l, now)
    if now >= l.mark or cost <= room(l, now) then return now end
    return cost <= l.quota - l.late and l.mark or window_end(l, l.mark)
  end

  -- Takes the cost, whether it may go or not. Returns the receipt.
  local function charge(l, now, cost, ticks, parts, owner)
    local kind = l.kind
    l.dirty = true
    if kind == BUCKET then
      local mark, count = l.mark, l.count
      if mark < now then mark, count = now, 0 end
      mark, count = mark + ticks, count + parts
      if count >= l.parts then mark, count = mark + 1, count - l.parts end
      if mark > LARGEST then mark, count = LARGEST, 0 end
      l.mark, l.count = mark, count
      return mark + l.given
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
    end
    local own = l.owners[owner]
    if not own then
      own = {held = 0}
      l.owners[owner] = own
      l.n = l.n + 1
    end
    own.held, own.till = own.held + cost, now + l.ttl
    l.held = l.held + cost
    if kind == FLOW then
      -- The first for long asks what is left.
      if l.patience > 0 and now - max(l.heard_at, l.asks_till) >= l.window then l.asks_till = now + l.patience end
    elseif l.owners[UPSTREAM] then
      l.ours = l.ours + cost
    elseif l.patience > 0 and (l.doubt_till <= l.told_till or l.held == cost) and proofs_of(l, now) < PROOF then
      -- The first of a window that may not be ours alone.
      l.doubt_till = now + l.patience
    end
    return 0
  end

  local used, give_back, charge_more, answer, announce, heard, level, count, share, rest, learned
  local function need_notes()
    used = function(l, now)
      if l.kind == BUCKET then return max(0, ceil((l.mark - now + l.count / l.parts) * l.parts / l.ticks)) end
      if l.kind == SLIDING then return l.sent.t + l.answered.t end
      if l.kind == LEASES then return l.held end
      if l.kind == FLOW then return l.held + max(0, ceil((l.mark - now) * l.quota / l.window)) end
      if l.kind == RESTS then return l.stamp * 8 + l.count end
      roll(l, now)
      return now < l.mark and l.count or 0
    end

    -- An API key, or a quota of one, rests for a reason; for none it is over, if it is the rest that the teller knows of. A later deadline counts, an earlier one never. Returns the version, if it counts.
    rest = function(l, now, reason, after, known, claims)
      if not (reason >= 0 and reason < 8 and reason % 1 == 0) then error({err = 'RLHPROTOCOL nothing rests for that reason'}) end
      local till = now + max(0, min(after, LONGEST_REST))
      if claims then
        -- Whoever comes second has not heard of the first.
        if l.stamp > known then return 0 end
        l.mark = max(l.mark, till)
      elseif reason == 0 then
        if l.count == 0 or l.stamp > known then return 0 end
      elseif till <= (l.count == 0 and now or l.mark) then
        return 0
      else
        l.mark = till
      end
      -- Of one that is over it is known for as long as somebody may take it for resting.
      l.count, l.stamp, l.dirty = reason, max(l.stamp + 1, floor(now / 1000)), true
      return used(l, now)
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
      elseif l.owners then
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
        -- A window ends no sooner than a whole one after the window before it, whatever is announced.
        open(l, l.mark > 0 and max(e, l.mark + l.window) or e, false)
      elseif l.anchor == 3 then
        l.mark = l.since > 0 and max(e, l.since + l.window) or e
      else
        local later = (e - l.mark) % l.window
        -- Announced instants are rounded to seconds: of windows of a second and more none is moved by less.
        local tolerance = min(2000000, max(floor(l.window / 8), l.window < 1000000 and 0 or 1000000))
        if l.number == 0 then l.number = l.mark end
        if l.shifted == l.number or later <= tolerance or later >= l.window - tolerance then return end
        l.shifted, l.mark, l.phase = l.number, l.mark + later, (l.phase + later) % l.window
      end
    end

    -- Of the answers to one window the largest figure counts; what is said of a later one counts anew. An earlier one is over. What ends a little later while much is left of a window is an answer that
    -- was long on its way. Returns how much of it went besides what of ours can have gone: others use the quota too. Where whoever hears it does not know all that went, what is
    -- used by then is taken for ours, and what it hears it of as well.
    heard = function(l, now, amount, after, tolerance, is_counted)
      local own, till = l.owners[UPSTREAM], now + after
      if after <= 0 or (own and till < own.till - tolerance) then return 0 end
      local is_new = not own or till - own.till > max(tolerance, own.till - now)
      if not own then
        own = {held = 0, till = 0}
        l.owners[UPSTREAM], l.n = own, l.n + 1
      end
      local was = own.held
      if is_new then
        -- What is under way may be counted in it.
        l.proofs = proofs_of(l, now)
        l.ours = l.told_till + l.lasts > now and l.held - was or max(l.held - was, amount)
        own.held, own.till, l.lasts = amount, till, after
        if l.proofs < PROOF then l.doubt_till = max(l.doubt_till, now + min(l.patience, floor(after / 2))) end
      else
        own.held, own.till = max(was, amount), max(own.till, till)
      end
      if not is_counted then l.ours = max(l.ours + (is_new and 0 or 1), amount) end
      l.told_till = own.till
      l.held, l.dirty = l.held + own.held - was, true
      if is_new then return 0 end
      -- However little it is, this window says nothing of the next, and is doubted for longer.
      if amount > l.ours then l.proofs, l.doubt_till = -1, max(l.doubt_till, now + min(l.patience, after)) end
      return amount - l.ours
    end

    -- What was learned of a limit. A fall counts from whoever had heard of what is kept; else, of one version, the larger; and what all know where it was lost. What is granted of that limit is counted, and what went unasked, as CubicRate does.
    learned = function(l, now, known, told, went, figures)
      local half = floor(now / 500000)
      if half > l.half then
        l.measured = floor(1600 * l.sent / (half - l.half) + l.measured / 5)
        l.half, l.sent = half, 0
      end
      l.sent = min(l.sent + went, LARGEST / 2048)
      local counts_for = told > l.stamp and known >= l.stamp or told == l.stamp and known == told and figures[1] > l.figures[1]
      if counts_for then l.stamp, l.figures = told, figures end
      if counts_for or went > 0 then l.till, l.dirty = now + l.ttl, true end
      return l.stamp
    end

    -- Of a quota that flows back an answer that was heard some time ago said that so much is used. Whatever an upstream counts moves the instant later at which all is back: the latest that is heard of
    -- counts. Where more is used than ours under way and what nobody counted, or one was refused, others use it too: what is left to them counts as used.
    local function margin_of(l, now)
      if now >= l.shared_till then return 0 end
      return min(max(floor(l.quota / 20), 2) * (now < l.refused_till and 4 or 1), floor(l.quota / 4))
    end

    level = function(l, now, amount, uncounted, age, is_refusal)
      local at, most = now - age, MOST_BUCKETS * l.quota
      local ours = max(l.mark, at) + time_of(l, min(l.held + max(uncounted, 0), most)) - time_of(l, margin_of(l, now))
      local shows_others = is_refusal or (uncounted >= 0 and l.heard_at > 0 and at + time_of(l, min(amount, most)) > ours)
      if shows_others then
        l.shared_till = now + REMEMBERED * l.window
        if is_refusal then l.refused_till = l.shared_till end
      elseif l.heard_at <= 0 then
        -- Whoever hears of it first knows of nothing that other processes sent before.
        l.shared_till = now + min(l.patience, l.window)
      end
      l.mark = max(l.mark, at + min(time_of(l, min(amount + margin_of(l, now), most)), l.most_ahead))
      l.heard_at, l.asks_till, l.dirty = now, 0, true
      return shows_others and 1 or 0
    end

    -- A request was counted upstream, and nobody said what is used with it.
    count = function(l, now, amount)
      local own = l.owners[UPSTREAM]
      if l.kind == FLOW then
        l.mark, l.dirty = min(max(l.mark, now) + time_of(l, min(amount, MOST_BUCKETS * l.quota)), now + l.most_ahead), true
      elseif own then
        own.held, l.held, l.dirty = own.held + amount, l.held + amount, true
      end
    end

    share = function(l, now, duration)
      local own = l.owners[OTHERS]
      if not own then
        own = {held = 0, till = 0}
        l.owners[OTHERS], l.n = own, l.n + 1
      end
      own.till, l.dirty = max(own.till, now + duration), true
    end
  end

  -- How much may go now, and the cost of it in a bucket's time. At most a number, less what leaving something to others says.
  local extra
  local function need_extra()
    extra = function(l, now, want, divisor)
      local n
      if l.kind == BUCKET then
        local ticks = l.mark < now and l.depth + l.depth_parts / l.parts or now + l.depth - l.mark + (l.depth_parts - l.count) / l.parts
        n = floor(min(max(ticks, 0) / (l.one + l.one_parts / l.parts) / divisor, want, floor(LARGEST / l.parts)))
        -- The quotient is off by rounding, which is less than one whatever the numbers are; with the rounding of the terms themselves, two.
        for _ = 1, 4 do
          if n <= 0 then break end
          local parts = n * l.one_parts
          local t, p = n * l.one + floor(parts / l.parts), parts % l.parts
          if earliest(l, now, 0, t, p) <= now then return n, t, p end
          n = n - 1
        end
        return 0, 0, 0
      elseif l.kind == SLIDING then
        n = l.quota - l.sent.t - l.answered.t
      elseif l.kind == FIXED then
        n = room(l, now)
      elseif l.kind == FLOW then
        n = floor((l.window - max(l.mark - now, 0)) / l.window * l.quota)
        -- Off by rounding, which is less than one whatever the numbers are.
        if n > 0 and l.mark + time_of(l, n) - l.window > now then n = n - 1 end
        if l.asks_till > now then n = min(n, max(floor(l.quota / FIRST_PART), 1)) end
        n = n - l.held
      else
        n = free(l, now)
      end
      return max(floor(min(n / divisor, want)), 0), 0, 0
    end
  end

  -- Reads a limit's state. back is by how much this server's clock fell behind what it showed when the state was written: to the state no time has passed since. That is written even when nobody is
  -- admitted: else the state would stand still until the clock has caught up.
  local function load(l, text, at, tail, now, back)
    local kind = l.kind
    l.known, l.dirty = true, back > 0
    if kind == BUCKET then
      local mark, count, given, ticks, parts = unpack('<ddddd', text, at)
      mark, given = mark - back, given + back
      if ticks ~= l.ticks or parts ~= l.parts then
        local before = mark + (count > 0 and 1 or 0)
        mark, count = before, 0
        if before > now then
          mark = now + ceil((before - now) * (l.ticks / l.parts) / (ticks / parts))
          given = given + max(before - mark, 0)
        end
      end
      l.mark, l.count, l.given = mark, count, given
    elseif kind == SLIDING then
      read_logs(l, text, at, tail, now, back)
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
    elseif kind == RESTS then
      local stamp, reason, till = unpack('<ddd', text, at)
      if till - back > now then l.stamp, l.count, l.mark = stamp, reason, till - back end
    elseif kind == LEARNED then
      local stamp, till, half, sent, measured = unpack('<ddddd', text, at)
      if till - back > now and unpack('<d', text, at - 16) == 40 + 8 * l.n then
        l.stamp, l.till, l.sent, l.measured = stamp, till - back, sent, measured
        -- Of a clock that fell back the half second under way is the one that is known.
        l.half = back > 0 and floor(now / 500000) or half
        l.figures = {unpack('<' .. rep('d', l.n), text, at + 40)}
      end
    else
      local n, wanted = unpack('<dd', text, at)
      l.wanted = wanted - back
      for i = 1, n do
        local owner, held, till = unpack('<ddd', text, at + 24 * i - 8)
        till = till - back
        if till > now then
          l.owners[owner] = {held = held, till = till}
          l.n, l.held = l.n + 1, l.held + held
        end
      end
      if kind == FLOW then
        local window, quota
        l.mark, l.heard_at, l.asks_till, l.shared_till, l.refused_till, window, quota = unpack('<ddddddd', text, at + 16 + 24 * n)
        l.mark, l.heard_at, l.asks_till, l.shared_till, l.refused_till = l.mark - back, l.heard_at - back, l.asks_till - back, l.shared_till - back, l.refused_till - back
        if l.mark > now and (window ~= l.window or quota ~= l.quota) then
          -- What is used is used; only the time in which it flows back changes.
          l.mark = now + min(ceil((l.mark - now) * (quota / window) * (l.window / l.quota)), l.most_ahead)
        end
      elseif unpack('<d', text, at - 16) > 16 + 24 * n then
        l.ours, l.told_till, l.lasts, l.proofs, l.doubt_till = unpack('<ddddd', text, at + 16 + 24 * n)
        l.told_till, l.doubt_till = l.told_till - back, l.doubt_till - back
      end
    end
  end

  -- The limit's record, head and tail, and the instant from which on it equals one that was never used.
  local function save(l, now)
    local kind, whole, state, tail = l.kind, 0, '', ''
    if kind == BUCKET then
      whole = l.mark + l.linger
      state = pack('<ddddd', l.mark, l.count, l.given, l.ticks, l.parts)
    elseif kind == SLIDING then
      -- By the end of the segment: until then the key need not live longer.
      whole = max(l.sent.at + l.window + l.guard + l.spacing_sent, l.answered.at + l.window)
      state, tail = head_of(l.sent) .. head_of(l.answered), tail_of(l.sent) .. tail_of(l.answered)
    elseif kind == FIXED then
      whole = l.late == 0 and l.mark or window_end(l, l.mark)
      state = pack('<dddddddddd', l.mark, l.count, l.number, l.since, l.late, l.carried, l.phase, l.shifted, l.window, l.anchor)
    elseif kind == RESTS then
      whole = l.mark
      state = pack('<ddd', l.stamp, l.count, l.mark)
    elseif kind == LEARNED then
      whole = l.till
      state = pack('<ddddd', l.stamp, l.till, l.half, l.sent, l.measured) .. pack('<' .. rep('d', l.n), spread(l.figures, 1, l.n))
    else
      local parts = {pack('<dd', l.n, l.wanted)}
      whole = l.wanted
      for owner, own in pairs(l.owners) do
        parts[#parts + 1] = pack('<ddd', owner, own.held, own.till)
        whole = max(whole, own.till)
      end
      if kind == FLOW then
        parts[#parts + 1] = pack('<ddddddd', l.mark, l.heard_at, l.asks_till, l.shared_till, l.refused_till, l.window, l.quota)
        whole = max(whole, l.mark, max(l.heard_at, l.asks_till) + l.window, l.shared_till)
      elseif l.told_till > 0 or l.doubt_till > 0 then
        parts[#parts + 1] = pack('<ddddd', l.ours, l.told_till, l.lasts, l.proofs, l.doubt_till)
        whole = max(whole, l.told_till + l.lasts, l.doubt_till)
      end
      state = table.concat(parts)
    end
    return pack('<ddddd', l.id, now, whole, #state, #tail) .. state, tail, whole
  end

  local owner, pause_for, group_count = 0, 0, 1
  if limit_count then
    -- The usual message, in the form of all others. Of a bucket's cost it tells the time alone.
    local terms, costs = {pack('<d', limit_count)}, {pack('<ddd', 0, 1, limit_count)}
    for i = 1, limit_count do
      local id, a, b, c, d, e, cost, parts = unpack('<dddddddd', message, 64 * i - 39)
      if id > 0 then
        terms[i + 1] = pack('<dddddddddd', id, BUCKET, 1, a, b, 0, 0, cost - c, parts - d, e)
        costs[i + 1] = pack('<dddddd', i, 1, cost, parts, 0, 1)
      else
        terms[i + 1] = pack('<dddddddddd', -id, SLIDING, a, b, c, d, e, 0, 0, 0)
        costs[i + 1] = pack('<dddddd', i, cost, cost, 0, 0, 1)
      end
    end
    message, p = table.concat(terms) .. table.concat(costs), 1
  else
    if version ~= 2 then return redis.error_reply('RLHPROTOCOL this script speaks versions 2 and 3') end
    local is_retry
    owner, seq, is_retry, pause_for, group_count, p = unpack('<ddddd', message, 9)
    if group_count ~= #KEYS - 1 then return redis.error_reply('RLHPROTOCOL the message is about other keys') end

    -- What was carried out already is answered as it was then.
    if is_retry == 1 then
      local record = call('GET', KEYS[1])
      if record and #record >= 24 and unpack('<d', record, 17) == seq then return record end
    end
  end
  writes = {}

  -- What each limit is, and how it stands: ten numbers for each. No message is read beyond its end, so that nobody keeps the server busy with a number.
  local limits, total, groups, paused = {}, 0, {}, 0
  for g = 1, group_count do
    local stored = call('GET', KEYS[g + 1])
    local pos, tail, pause, heads = 29, 29, 0, 0
    if stored then
      local schema, _
      if #stored >= 28 then schema, pause, _, heads = unpack('<c4ddd', stored) end
      tail = 29 + heads
      if schema ~= SCHEMA or not (heads >= 0 and heads % 8 == 0 and tail <= #stored + 1) then error({err = 'RLHSCHEMA a key is not of schema 2'}) end
    end
    local first, last = total + 1, total + unpack('<d', message, p)
    p = p + 8
    for i = first, last do
      local id, kind, quota, b, c, d, e, f, h, linger = unpack('<dddddddddd', message, p)
      local l
      p = p + 80
      if kind == BUCKET then
        l = {id = id, kind = BUCKET, quota = quota, ticks = b, parts = c, one = d, one_parts = e, depth = f, depth_parts = h, linger = linger, mark = 0, count = 0, given = 0, dirty = false, known = false}
      elseif kind == SLIDING then
        if not add then need_logs() end
        l = {id = id, kind = SLIDING, quota = quota, window = b, guard = c, spacing_sent = d, spacing = e, sent = false, answered = false, dirty = false, known = false}
      elseif kind == FIXED then
        if not open then need_windows() end
        l = {id = id, kind = FIXED, quota = quota, window = b, guard = c, anchor = d, mark = 0, count = 0, number = 0, since = 0, late = 0, carried = 0, phase = 0, shifted = -1, dirty = false, known = false}
        if d == 1 then
          l.midnights = {unpack('<dddddd', message, p)}
          p = p + 48
        end
      elseif kind == FLOW then
        l = {id = id, kind = FLOW, quota = quota, window = b, parts = c, one = d, one_parts = e, ttl = f, patience = h, most_ahead = linger, owners = {}, n = 0, held = 0, wanted = 0, mark = 0, heard_at = 0, asks_till = 0, shared_till = 0, refused_till = 0, dirty = false, known = false}
      elseif kind == RESTS then
        l = {id = id, kind = RESTS, quota = quota, stamp = 0, count = 0, mark = 0, dirty = false, known = false}
      elseif kind == LEARNED then
        if not (c >= 1 and c <= 16 and c % 1 == 0) then error({err = 'RLHPROTOCOL nothing is learned in so many figures'}) end
        l = {id = id, kind = LEARNED, quota = quota, ttl = b, n = c, stamp = 0, till = 0, half = 0, sent = 0, measured = 0, figures = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, dirty = false, known = false}
      else
        l = {id = id, kind = LEASES, quota = quota, ttl = b, parts = c, patience = d, owners = {}, n = 0, held = 0, wanted = 0, ours = 0, told_till = 0, lasts = 0, proofs = 0, doubt_till = 0, dirty = false, known = false}
      end
      limits[i] = l
    end
    total = last

    local other_heads, other_tails, till, behind = '', '', 0, 0
    local next, rest = first, tail
    while pos < rest do
      if pos + 40 > rest then error({err = 'RLHSCHEMA a record is not of schema 2'}) end
      local id, seen, whole, length, tail_length = unpack('<ddddd', stored, pos)
      local stop, tail_stop = pos + 40 + length, tail + tail_length
      if not (id >= 1 and id % 1 == 0 and seen % 1 == 0 and seen > 0 and length % 8 == 0 and length >= 0 and stop <= rest and tail_length % 16 == 0 and tail_length >= 0 and tail_stop <= #stored + 1) then
        error({err = 'RLHSCHEMA a record is not of schema 2'})
      end
      if pos == 29 and seen > now then behind = seen - now end
      local l = limits[next]
      if not l or l.id ~= id then
        l = nil
        for i = first, last do
          if limits[i].id == id then l, next = limits[i], i end
        end
      end
      if l then
        next = next + 1
        load(l, stored, pos + 40, tail, now, seen > now and seen - now or 0)
      elseif whole > now or seen > now then
        other_heads, other_tails = other_heads .. sub(stored, pos, stop - 1), other_tails .. sub(stored, tail, tail_stop - 1)
        till = max(till, whole)
      end
      pos, tail = stop, tail_stop
    end
    if stored and tail ~= #stored + 1 then error({err = 'RLHSCHEMA a record is not of schema 2'}) end
    -- Of a pause no time has passed either since the key was written. The record that was written then comes first, and one of these will, which is of now.
    local is_moved = behind > 0 and pause > 0 and first <= last
    if is_moved then pause = max(pause - behind, 0) end
    if g == 1 then paused = pause end
    groups[g] = {first = first, last = last, heads = other_heads, tails = other_tails, till = max(till, pause), pause = pause, is_moved = is_moved}
    for i = first, last do
      local l = limits[i]
      if l.kind == SLIDING and not l.known then
        l.sent = {o = 0, os = 0, ns = 0, at = 0, t = 0, n = 0, x = 0, s = '', b = 1}
        l.answered = {o = 0, os = 0, ns = 0, at = 0, t = 0, n = 0, x = 0, s = '', b = 1}
      elseif l.anchor == 1 and (now - l.phase < l.midnights[1] or now - l.phase >= l.midnights[4]) then
        return pack('<ddd', 3, now - l.phase, i)
      end
    end
  end

  -- What has become of what was granted before.
  local reply, said = {1, now, seq}, 3
  local wakes, joined
  local ops = unpack('<d', message, p)
  p = p + 8
  if ops > 0 and not used then need_notes() end
  for _ = 1, ops do
    local code, index, x, y, z = unpack('<ddddd', message, p)
    local l, result = limits[index], 0
    p = p + 40
    if code == 1 or code == 16 then
      give_back(l, now, x, y, z, owner)
      -- What never went is not ours.
      if code == 16 and l.kind == LEASES and l.owners[UPSTREAM] then l.ours = max(l.ours - y, 0) end
      if l.owners and l.wanted > now then
        wakes, l.wanted = true, 0
      end
    elseif code == 2 then
      charge_more(l, now, x, y, z, owner)
    elseif code == 3 then
      result = answer(l, now, x, y, z)
    elseif code == 4 then
      result = charge(l, now, y, y, z, owner)
    elseif code == 5 then
      -- What it released and was not heard to is free from now on.
      local own = l.owners[owner]
      result = -1
      if own then
        l.held = l.held + y - own.held
        own.held, own.till, l.dirty, result = y, now + l.ttl, true, y
      end
    elseif code == 6 then
      announce(l, now, y)
    elseif code == 11 or code == 15 then
      result = heard(l, now, x, y, z, code == 11)
    elseif code == 12 then
      count(l, now, x)
    elseif code == 20 or code == 21 then
      result = level(l, now, x, y, z, code == 21)
    elseif code == 13 then
      share(l, now, y)
    elseif code == 14 then
      result = rest(l, now, x, y, z)
      wakes = wakes or result > 0
    elseif code == 17 then
      result = rest(l, now, 2, y, z, true)
    elseif code == 23 then
      local figures = {unpack('<' .. rep('d', l.n), message, p)}
      p = p + 8 * l.n
      result = learned(l, now, x, y, z, figures)
    elseif code == 26 then
      result = rest(l, now, x, y, z)
    elseif code == 8 then
      if not l.owners[owner] then
        charge(l, now, 1, 1, 0, owner)
        joined = l.n
      end
      l.owners[owner].till, l.dirty, result = now + l.ttl, true, l.n
    elseif code == 10 then
      local own = l.owners[owner]
      charge(l, now, y - (own and own.held or 0), 0, 0, owner)
    else
      result = used(l, now)
    end
    said = said + 1
    reply[said] = result
    if code == 23 then
      reply[said + 1], reply[said + 2] = l.measured, l.sent
      for i = 1, l.n do reply[said + 2 + i] = l.figures[i] end
      said = said + 2 + l.n
    end
  end
  local is_pausing = pause_for > 0 and now + pause_for > paused
  if is_pausing then
    paused = now + pause_for
    groups[1].pause, groups[1].till = paused, max(groups[1].till, paused)
  end

  -- Who may go: of each question all of its limits, or none.
  local asks = unpack('<d', message, p)
  p = p + 8
  for _ = 1, asks do
    local n = unpack('<d', message, p)
    local from = p + 8
    p = from + 48 * n
    local latest, refused = now, 0
    if paused > now then latest = paused end
    for q = from, p - 1, 48 do
      local index, cost, ticks, parts, more, divisor = unpack('<dddddd', message, q)
      local l = limits[index]
      local e = earliest(l, now, cost, ticks, parts)
      if e == NEVER then
        latest, refused = NEVER, index
        if l.owners and l.wanted < now + l.ttl / 2 then
          l.wanted, l.dirty = now + l.ttl, true
        end
        break
      end
      if e > latest then latest, refused = e, index end
    end
    if latest == now then
      said = said + 1
      reply[said] = 1
      for q = from, p - 1, 48 do
        local index, granted, ticks, parts, want, divisor = unpack('<dddddd', message, q)
        local l = limits[index]
        local receipt = granted > 0 and charge(l, now, granted, ticks, parts, owner) or 0
        if want > 0 then
          if not extra then need_extra() end
          local more, t, fraction = extra(l, now, want, divisor)
          if more > 0 then
            receipt = charge(l, now, more, t, fraction, owner)
            granted = granted + more
          end
        end
        local learning = limits[index - 1]
        if learning and learning.kind == LEARNED then
          learning.sent = min(learning.sent + granted, LARGEST / 2048)
          learning.till, learning.dirty = now + learning.ttl, true
        end
        reply[said + 1], reply[said + 2] = granted, receipt
        said = said + 2
      end
    else
      -- By the time that the last lets it go another may have closed: a window that began at first use closes before it ends.
      local before = now
      while open and latest ~= NEVER and before < latest do
        before = latest
        for q = from, p - 1, 48 do
          local index, cost = unpack('<dd', message, q)
          local l = limits[index]
          if l.kind == FIXED and l.anchor > 1 and latest < l.mark and cost > room(l, latest) then
            latest, refused = l.mark, index
          end
        end
      end
      local again = NEVER
      local l = limits[refused]
      if latest == NEVER and l.kind == LEARNED then
        latest = now
      elseif latest == NEVER and l.kind == RESTS then
        latest, again = max(l.mark, now), l.stamp * 8 + l.count
      elseif latest == NEVER and l.owners then
        for whose, own in pairs(l.owners) do
          if whose ~= OTHERS then again = again == NEVER and own.till - now or min(again, own.till - now) end
        end
      end
      reply[said + 1], reply[said + 2], reply[said + 3], reply[said + 4] = 0, latest == NEVER and NEVER or latest - now, refused, again
      said = said + 4
    end
  end
  if p ~= #message + 1 then return redis.error_reply('RLHPROTOCOL the message is longer than what it says') end

  if limit_count and reply[4] == 1 then
    -- Granted as asked, and told as it is above.
    local told = {5, now, seq}
    for i = limit_count, 1, -1 do told[#told + 1] = reply[4 + 2 * i] end
    reply, said = told, #told
  end
  answered = pack('<' .. rep('d', said), spread(reply))

  for g = 1, group_count do
    local group = groups[g]
    local dirty = group.is_moved or is_pausing and g == 1
    for i = group.first, group.last do dirty = dirty or limits[i].dirty end
    if dirty then
      -- Its own limits first: the usual message finds them there.
      local heads, tails, till = {}, {}, group.till
      for i = group.first, group.last do
        local head, tail, whole = save(limits[i], now)
        heads[#heads + 1], tails[#tails + 1] = head, tail
        till = max(till, whole)
      end
      local head = table.concat(heads) .. group.heads
      -- What the server makes of its own clock and of whole milliseconds is this instant, or one or two milliseconds more.
      local left = max(ceil(min(max((till - now) / 8, 1000000) + till - now, LONGEST_TTL * 1000) / 1000), 1)
      local lives = (floor(now / 1000) + left - 1) * 1000
      writes[w + 1], writes[w + 2] = KEYS[g + 1], SCHEMA .. pack('<ddd', group.pause, lives, #head) .. head .. table.concat(tails) .. group.tails
      writes[w + 3] = string.format('%.0f', left)
      w = w + 3
    end
  end
  if joined then joins = 'j' .. string.format('%.0f', joined) end
  if is_pausing then news = 'p' elseif wakes then news = 'w' end
end

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
