-- The whole message: what each limit is, what has become of what was granted, and who may go.

if not now or is_rough then now = read_clock(0, 0) end
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
